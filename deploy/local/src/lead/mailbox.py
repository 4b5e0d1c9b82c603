"""The mail catcher: takes every mail on a loopback port, delivers none, shows them all."""

import asyncio
import email
import email.policy
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.requests import Request
from starlette.responses import JSONResponse

from lead.process import LOOPBACK

KEPT = 10_000


@dataclass(frozen=True)
class CaughtMail:
    """One mail as it was handed over; `text` is its plain text part."""

    to: str
    subject: str
    text: str
    received_at: str


class Mailbox:
    """An SMTP server in this event loop: `port` once started, `mails` oldest first."""

    def __init__(self) -> None:
        self.mails: deque[CaughtMail] = deque(maxlen=KEPT)
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._new_session, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _new_session(self) -> SMTP:
        return SMTP(
            self, hostname="localhost", ident="Throughline mail catcher", enable_SMTPUTF8=True
        )

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        message = email.message_from_bytes(raw, policy=email.policy.default)
        to = ", ".join(envelope.rcpt_tos)
        self.mails.append(CaughtMail(to, str(message["subject"]), _text_of(message), _now()))
        return "250 OK"

    async def show(self, _: Request) -> JSONResponse:
        """`GET /mail`."""
        return JSONResponse([asdict(mail) for mail in self.mails])


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return str(body.get_content()) if body is not None else ""


def _now() -> str:
    return datetime.now(UTC).isoformat()
