"""What casework can be asked to do with a person's file."""

from dataclasses import dataclass
from uuid import UUID

from casework.participants.domain import ExitReason, InactiveReason, State


@dataclass(frozen=True, slots=True)
class Edit:
    """Who edits which file at their sites (R-32); `expected` is the version that they read."""

    participant_key: str
    by: str
    sites: frozenset[str]
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """Say how the participant's engagement stands. There is no "failed"."""

    edit: Edit
    state: State
    reason: InactiveReason | ExitReason | None
    consent_id: UUID | None = None
