"""An encounter: when, how, how long, for which goals. Its note is care data and stays sealed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from shared.ids import new_id
from shared.sealing import DataClass, KeyRing


class EncounterKind(StrEnum):
    """How they met, or whom the case manager spoke with instead."""

    OUTREACH = "outreach"
    IN_PERSON = "in_person"
    PHONE = "phone"
    COURT = "court"
    JAIL_VISIT = "jail_visit"
    COLLATERAL = "collateral"


class Encounter(SQLModel, table=True):
    """Written once; what was wrong is said in the next."""

    __tablename__ = "encounter"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    kind: str
    began_at: datetime = Field(sa_type=DateTime(timezone=True))
    minutes: int
    # Whether the person was there: somebody who went to look and did not find them has reached out.
    reached: bool = True
    goals: list[str] = Field(sa_type=ARRAY(Text))
    needs_met: list[str] = Field(sa_type=ARRAY(Text))
    sealed: str | None = None
    recorded_by: str
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))

    @staticmethod
    def seal(note: str, encounter_id: UUID, ring: KeyRing) -> str:
        return ring.seal(DataClass.CARE, str(encounter_id), note.encode())

    def note(self, ring: KeyRing) -> str | None:
        if self.sealed is None:
            return None
        return ring.open(str(self.id), self.sealed, DataClass.CARE).decode()
