"""Provider states in their order, and the few words that can be answered by SMS. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

# Receipts come late and out of order: a state is taken over only when it is further than the last.
RANK = {
    "accepted": 1,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "undelivered": 4,
    "failed": 4,
    "delivered": 5,
    "read": 6,
}
LOST = ("undelivered", "failed")
_ACK = re.compile(r"\s*(?:ack|ok|yes)?\s*#?\s*([0-9]{1,15})\s*[.!]?\s*", re.IGNORECASE)
_STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit"}
_START = {"start", "yes", "unstop"}


class Word(StrEnum):
    """What somebody means by an SMS."""

    ACKNOWLEDGE = "acknowledge"
    STOP = "stop"
    START = "start"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMS as it is understood; `number` is an item's."""

    word: Word
    number: int | None = None


def read_reply(text: str) -> Reply:
    """ACK 1042, or only 1042; STOP and START as phone companies know them."""
    said = text.strip().lower()
    if said in _STOP:
        return Reply(Word.STOP)
    if said in _START:
        return Reply(Word.START)
    found = _ACK.fullmatch(text)
    return Reply(Word.ACKNOWLEDGE, int(found[1])) if found else Reply(Word.UNCLEAR)
