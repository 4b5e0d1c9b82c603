"""What Mailpit caught, in the words of our own mail catcher (`mailbox.py`)."""

from typing import Any

import httpx

from lead.client import Refused, Unreachable

LISTED = 500


async def caught_by(mailpit: str, http: httpx.AsyncClient) -> list[dict[str, str]]:
    """Every mail, oldest first. Raises Refused or Unreachable."""
    heads = (await _get(http, f"{mailpit}/api/v1/messages?limit={LISTED}"))["messages"]
    return [
        {
            "to": ", ".join(to["Address"] for to in head["To"]),
            "subject": head["Subject"],
            "text": (await _get(http, f"{mailpit}/api/v1/message/{head['ID']}"))["Text"],
            "received_at": head["Created"],
        }
        for head in reversed(heads)
    ]


async def _get(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = Refused.check(await http.get(url)).json()
    except httpx.TransportError as error:
        raise Unreachable("the mail catcher does not answer") from error
    return answer
