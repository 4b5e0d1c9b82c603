"""Ways to reach a person. A channel sends one message and tells how that went, in few words."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Outcome(StrEnum):
    """How a try went, as far as can be known."""

    SENT = "sent"
    RETRY = "retry"  # certainly not sent; the same may work later
    REFUSED = "refused"  # certainly not sent; it will never work for this message
    GONE = "gone"  # refused, and nothing more is to be sent to this address
    UNKNOWN = "unknown"  # perhaps sent
    CANCELLED = "cancelled"  # not tried: nobody needs it any more
    HELD = "held"  # not tried: it comes with others, a little later


@dataclass(frozen=True, slots=True)
class Result:
    """`detail` is a code of ours or the protocol's: never an address and never a server's text.

    `retry_after`: seconds that the other side asks to be left alone for.
    """

    outcome: Outcome
    detail: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """`id` stays the same over all tries, so that a receiver can tell a repeat.

    `short` is for where few letters fit, `data` for machines. `secrets` sign for a webhook.
    """

    id: str
    to: str = field(repr=False)
    subject: str
    text: str
    short: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Channel(Protocol):
    """Used by one worker at a time; may keep a connection open between messages."""

    async def send(self, message: Message, at: datetime) -> Result: ...

    async def close(self) -> None: ...
