"""What the notifier can be asked to do with coverage."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class AddAbsence:
    """Somebody will be away; perhaps with a note for whoever stands in."""

    caller: Caller
    site: str
    sub: str
    starts_at: datetime
    ends_at: datetime
    backup: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class CancelAbsence:
    """They will be there after all, or are back early."""

    caller: Caller
    absence_id: UUID


@dataclass(frozen=True, slots=True)
class PutRotation:
    """Say who takes turns. `expected`: the version that the caller has seen, 0 for a new one."""

    caller: Caller
    site: str
    name: str
    expected: int | None
    members: tuple[str, ...]
    starts_on: date
    changes_at: time
    days: int


@dataclass(frozen=True, slots=True)
class EndRotation:
    """Nobody is on call by this rotation any more."""

    caller: Caller
    site: str
    name: str


@dataclass(frozen=True, slots=True)
class SwapDuty:
    """Somebody takes the duty of a rotation for a while."""

    caller: Caller
    site: str
    rotation: str
    sub: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CancelSwap:
    """The duty goes back to whose turn it is."""

    caller: Caller
    swap_id: UUID


@dataclass(frozen=True, slots=True)
class LeaveNote:
    """Tell the next one what they should know."""

    caller: Caller
    site: str
    text: str


@dataclass(frozen=True, slots=True)
class RenewDutyLink:
    """A new private address for one's calendar; the old one ends."""

    caller: Caller
    site: str
