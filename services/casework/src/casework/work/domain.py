"""An open item: a clock ran out or an event came, and a person has to look (R-35)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from casework.work.errors import ClosedByActing, ItemClosed
from shared.ids import new_id


class WorkKind(StrEnum):
    """What a person is asked to look at."""

    OUTREACH_DUE = "outreach_due"
    INTAKE_APPOINTMENT = "intake_appointment"
    INTAKE_DUE = "intake_due"
    INTAKE_REVIEW = "intake_review"
    TRANSFER_OFFERED = "transfer_offered"
    CONSENT_EXPIRING = "consent_expiring"
    PLAN_REVIEW = "plan_review"
    COORDINATION = "coordination"
    HOLD_EXPIRING = "hold_expiring"
    HOLD_REVIEW = "hold_review"
    WORKGROUP_ACTION = "workgroup_action"


# Looked at and done with; the others end with what they ask for.
TICKED_OFF = {
    WorkKind.INTAKE_REVIEW,
    WorkKind.CONSENT_EXPIRING,
    WorkKind.PLAN_REVIEW,
    WorkKind.HOLD_EXPIRING,
    WorkKind.HOLD_REVIEW,
}


class Outcome(StrEnum):
    """How an item ended."""

    DONE = "done"
    NOT_NEEDED = "not_needed"


class WorkItem(SQLModel, table=True):
    """One thing to do about one participant; without `assignee`, their case manager's."""

    __tablename__ = "work_item"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    kind: str
    reference: str = ""
    assignee: str | None = None
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    closed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    closed_by: str | None = None
    outcome: str | None = None

    def tick_off(self, by: str, outcome: Outcome, at: datetime) -> None:
        if self.closed_at is not None:
            raise ItemClosed
        if self.kind not in TICKED_OFF:
            raise ClosedByActing
        self.closed_at, self.closed_by, self.outcome = at, by, outcome
