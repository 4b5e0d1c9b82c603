"""Ways to reach a person. A channel sends one message and tells how that went, in four words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """How a try went, as far as can be known."""

    SENT = "sent"
    RETRY = "retry"  # certainly not sent; the same may work later
    REFUSED = "refused"  # certainly not sent; it will never work for this address
    UNKNOWN = "unknown"  # perhaps sent
    CANCELLED = "cancelled"  # not tried: nobody needs it any more


@dataclass(frozen=True, slots=True)
class Result:
    """`detail` is a code of ours or the protocol's: never an address and never a server's text."""

    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Message:
    """`id` stays the same over all tries, so that a receiver can tell a repeat."""

    id: str
    to: str
    subject: str
    text: str


class Channel(Protocol):
    """Used by one worker at a time; may keep a connection open between messages."""

    async def send(self, message: Message) -> Result: ...

    async def close(self) -> None: ...
