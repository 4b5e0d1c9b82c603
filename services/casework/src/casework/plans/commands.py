"""What casework can be asked to do with plans."""

from dataclasses import dataclass
from datetime import date, datetime

from casework.participants.commands import Edit
from casework.plans.domain import Goal


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Write the next version of a participant's plan."""

    edit: Edit
    goals: tuple[Goal, ...]
    agreed_at: datetime | None
    review_on: date | None


@dataclass(frozen=True, slots=True)
class AgreePlan:
    """Record that the participant agreed to a version."""

    edit: Edit
    version: int
    agreed_at: datetime
