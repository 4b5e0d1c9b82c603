"""What casework can be asked to do on the way to intake."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.intake.domain import Place
from casework.participants.commands import Edit
from casework.topics import Domain


@dataclass(frozen=True, slots=True)
class ScheduleIntake:
    """Set a time for the interview, or another one. Without a name, the case manager holds it."""

    edit: Edit
    scheduled_for: datetime
    place: Place
    interviewer: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseAppointment:
    """Say that the interview did not take place at its time, or will not."""

    edit: Edit
    appointment_id: UUID


@dataclass(frozen=True, slots=True)
class CompleteIntake:
    """Record that the intake interview is done."""

    edit: Edit
    started_at: datetime | None
    completed_at: datetime
    domains: tuple[Domain, ...]
