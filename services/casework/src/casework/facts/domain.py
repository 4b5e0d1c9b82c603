"""One correction: what was on file, what is now, who said so and why."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from shared.ids import new_id


class Fact(StrEnum):
    """What can be put right; names have a history of their own."""

    DOB = "dob"
    SEX = "sex"
    NUMBER = "number"


class PersonCorrection(SQLModel, table=True):
    """Kept for as long as the file. Of a number only its system is named (R-25)."""

    __tablename__ = "person_correction"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    field: str
    old_value: str | None = None
    new_value: str | None = None
    reason: str
    corrected_by: str
    corrected_at: datetime = Field(sa_type=DateTime(timezone=True))
