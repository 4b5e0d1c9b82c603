"""Outgoing signed webhooks (Standard Webhooks 1.0): sign, send, and say how that went.

The sender keeps an intent row, calls `send` outside any transaction, and records the answer. The
`id` stays the same over all tries, so that a receiver can tell a repeat.
"""

import asyncio
import os
import ssl
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import httpx
from standardwebhooks import Webhook

from shared.egress import AddressNotPublic, Target, read_url, resolve

CONNECT_SECONDS = 5
LONGEST_WAIT_SECONDS = 24 * 60 * 60
# Refusals that tell of the moment, not of the message.
_PASSING = {408, 421, 423, 425, 429}
# A gateway gave up on the receiver, which may have the message all the same.
_GATEWAY = {502, 504}


class Outcome(StrEnum):
    """How a try went, as far as can be known."""

    DELIVERED = "delivered"
    TEMPORARY = "temporary"  # certainly not taken; the same may work later
    PERMANENT = "permanent"  # certainly not taken; repeating it changes nothing
    GONE = "gone"  # the receiver says that nothing is to be sent there any more
    UNKNOWN = "unknown"  # perhaps taken


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. `secrets`: the newest first; during a rotation also the one before."""

    id: str
    url: str
    body: str
    secrets: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """`detail` is a code of ours: never an address, never a word of the receiver's."""

    outcome: Outcome
    detail: str
    retry_after: int | None = None


def new_secret() -> str:
    """A fresh signing secret, in the form in which a receiver is given it."""
    return f"whsec_{b64encode(os.urandom(32)).decode()}"


def signed_headers(message: Outgoing, at: datetime) -> dict[str, str]:
    """The headers by which a receiver knows who sent this, when, and that nobody changed it.

    Signed with every secret, so that a receiver may change to the new one whenever it suits.
    """
    at = at.astimezone(UTC)
    signatures = [Webhook(s).sign(message.id, at, message.body) for s in message.secrets]
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class WebhookClient:
    """Sends to receivers' own addresses. Follows no redirect and reads no answer's body.

    `private_allowed` is for the embedded default only, where receivers are on this machine. `trust`
    replaces the usual certificate authorities.
    """

    def __init__(
        self,
        *,
        private_allowed: bool = False,
        timeout_seconds: float = 15,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._private_allowed, self._timeout = private_allowed, timeout_seconds
        # No connection is kept: two receivers may share an address, and must never share one.
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            verify=trust or ssl.create_default_context(),
            trust_env=False,
        )

    async def send(self, message: Outgoing, at: datetime) -> Answer:
        """Raises UrlRefused for a URL that nobody should have stored."""
        target = read_url(message.url, private_allowed=self._private_allowed)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                address = await resolve(target, private_allowed=self._private_allowed)
        except AddressNotPublic:
            return Answer(Outcome.PERMANENT, "address_not_public")
        except OSError:  # TimeoutError is one
            return Answer(Outcome.TEMPORARY, "name_not_resolved")
        return await self._post(message, target, address, signed_headers(message, at))

    async def _post(
        self, message: Outgoing, target: Target, address: str, signed: Mapping[str, str]
    ) -> Answer:
        begun = False

        async def follow(event: str, _: Any) -> None:
            nonlocal begun
            begun = begun or event == "http11.send_request_headers.started"

        headers = {
            **signed,
            "host": target.authority,
            "content-type": "application/json",
            "user-agent": "throughline-webhooks/1",
        }
        # The certificate is checked against the name, although the address is called.
        extensions = {"sni_hostname": target.host, "trace": follow}
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream(
                    "POST",
                    target.at(address),
                    content=message.body.encode(),
                    headers=headers,
                    extensions=extensions,
                ) as response,
            ):
                return answer_of(response.status_code, response.headers.get("retry-after"))
        except (httpx.TransportError, OSError):
            # Once the request began to leave, a lost answer says nothing about its arrival.
            if begun:
                return Answer(Outcome.UNKNOWN, "no_answer")
            return Answer(Outcome.TEMPORARY, "not_connected")

    async def close(self) -> None:
        await self._http.aclose()


def answer_of(status: int, retry_after: str | None = None) -> Answer:
    """What a status means for the message. A redirect is a refusal: it could lead anywhere."""
    detail = f"http_{status}"
    if 200 <= status < 300:
        return Answer(Outcome.DELIVERED, detail)
    if status == 410:
        return Answer(Outcome.GONE, detail)
    if status in _GATEWAY:
        return Answer(Outcome.UNKNOWN, detail, _seconds(retry_after))
    if status in _PASSING or status >= 500:
        return Answer(Outcome.TEMPORARY, detail, _seconds(retry_after))
    return Answer(Outcome.PERMANENT, detail)


def _seconds(retry_after: str | None) -> int | None:
    """The seconds that a receiver asks to be left alone for; its other form, a date, is rare."""
    text = (retry_after or "").strip()
    if not text.isascii() or not text.isdigit():
        return None
    return min(int(text[:9]), LONGEST_WAIT_SECONDS)
