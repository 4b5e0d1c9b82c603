"""What casework can be asked to do for the work group."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.participants.commands import Edit
from casework.workgroup.domain import Attendee


@dataclass(frozen=True, slots=True)
class AssignAction:
    """The group decided that somebody does something until then."""

    edit: Edit
    owner: str
    what: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class FinishAction:
    """It is done."""

    action_id: UUID
    by: str
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class MakePacket:
    """What one attendee from outside may be shown at the next meeting."""

    attendee: Attendee
    org: str
    site: str
    by: str
