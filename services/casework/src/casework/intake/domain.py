"""The appointment for the intake interview: when, where, with whom, and what came of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from casework.intake.errors import AppointmentIsOver
from shared.ids import new_id


class Place(StrEnum):
    """The kind of place only: where somebody can be found is written nowhere (R-17)."""

    OFFICE = "office"
    WHERE_THEY_ARE = "where_they_are"
    PARTNER = "partner"
    CUSTODY = "custody"
    PHONE = "phone"
    VIDEO = "video"


class AppointmentState(StrEnum):
    """How it stands. None of them says whose doing it was."""

    SET = "set"
    HELD = "held"
    MOVED = "moved"
    NOT_HELD = "not_held"


class IntakeAppointment(SQLModel, table=True):
    """One time that was set. The participant has at most one that stands."""

    __tablename__ = "intake_appointment"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    scheduled_for: datetime = Field(sa_type=DateTime(timezone=True))
    place: str
    interviewer: str
    state: str = AppointmentState.SET
    set_by: str
    set_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_by: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def end(self, state: AppointmentState, by: str, at: datetime) -> None:
        if self.state != AppointmentState.SET:
            raise AppointmentIsOver
        self.state, self.ended_by, self.ended_at = state, by, at
