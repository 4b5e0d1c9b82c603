"""As much of Mailpit as the story needs: takes mail on 1025, lists it on 8025 by the same paths."""

import email
import email.policy
import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

MAILS: list[dict[str, Any]] = []


class Catcher:
    """Keeps every mail in memory."""

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        MAILS.append(
            {
                "ID": str(len(MAILS)),
                "To": [{"Address": address} for address in envelope.rcpt_tos],
                "Subject": str(message["subject"]),
                "Created": datetime.now(UTC).isoformat(),
                "Text": body.get_content() if body else "",
            }
        )
        return "250 OK"


class Pages(BaseHTTPRequestHandler):
    """`/api/v1/messages`, newest first and without text, and `/api/v1/message/ID`."""

    def do_GET(self) -> None:
        kind, _, number = self.path.partition("?")[0].removeprefix("/api/v1/").partition("/")
        if kind == "messages":
            heads = [{k: v for k, v in mail.items() if k != "Text"} for mail in reversed(MAILS)]
            return self._answer(200, {"total": len(MAILS), "messages": heads})
        found = [mail for mail in MAILS if mail["ID"] == number]
        return self._answer(200, found[0]) if found else self._answer(404, {})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: paths are noise."""


if __name__ == "__main__":
    Controller(Catcher(), hostname="0.0.0.0", port=1025).start()  # noqa: S104
    ThreadingHTTPServer(("0.0.0.0", 8025), Pages).serve_forever()  # noqa: S104
