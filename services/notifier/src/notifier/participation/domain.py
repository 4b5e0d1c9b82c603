"""Whether a participant is alerted about, and why not."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

_TIME: Any = DateTime(timezone=True)

# Out of reach, and still taking part: that they were met is just what the case manager waits for.
STILL_TAKING_PART = ("in_the_wind", "incarcerated", "treatment_inpatient")


class Stop(StrEnum):
    """Why nobody is alerted. Says nothing of the cause, which is care content."""

    ENDED = "participation_ended"
    PAUSED = "participation_paused"
    ERASED = "erased"


def stop_of(status: str, reason: str | None) -> Stop | None:
    """What a status means for alerts: an exit ends them, a pause of the person's own holds them."""
    if status == "exited":
        return Stop.ENDED
    if status == "inactive" and reason not in STILL_TAKING_PART:
        return Stop.PAUSED
    return None


class Participation(SQLModel, table=True):
    """Who is not alerted about at the moment; a projection of casework's status."""

    site: str = Field(primary_key=True)
    participant: str = Field(primary_key=True)
    stop: str | None = None
    since: datetime = Field(sa_type=_TIME)


class SuppressedContact(SQLModel, table=True):
    """A report that alerted nobody, and why: its one end."""

    __tablename__ = "suppressed_contact"

    event_id: UUID = Field(primary_key=True)
    site: str
    participant: str
    receipt: UUID
    reason: str
    at: datetime = Field(sa_type=_TIME)
