"""The plan: the participant's own goals. Its content is sealed and never leaves casework."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from casework.topics import Domain
from shared.events import PlanUpdated
from shared.ids import new_id
from shared.sealing import DataClass, KeyRing


class Goal(BaseModel):
    """What the participant wants, in their words, and the steps that were agreed."""

    model_config = ConfigDict(frozen=True)

    domain: Domain
    statement: str
    steps: tuple[str, ...] = ()


_GOALS = TypeAdapter(tuple[Goal, ...])


class PlanVersion(SQLModel, table=True):
    """One version. It is a draft until the participant agreed to it."""

    __tablename__ = "plan_version"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    version: int
    domains: list[str] = Field(sa_type=ARRAY(Text))
    sealed: str
    agreed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    review_on: date | None = None
    created_by: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))

    @staticmethod
    def seal(goals: tuple[Goal, ...], plan_id: UUID, ring: KeyRing) -> str:
        return ring.seal(DataClass.CARE, str(plan_id), _GOALS.dump_json(goals))

    def goals(self, ring: KeyRing) -> tuple[Goal, ...]:
        return _GOALS.validate_json(ring.open(str(self.id), self.sealed, DataClass.CARE))

    def updated(self, site: str) -> PlanUpdated | None:
        """Others hear of an agreed version only, and of its domains only (R-14)."""
        if self.agreed_at is None:
            return None
        return PlanUpdated(
            site=site,
            subject=self.participant_key,
            occurred_at=self.agreed_at,
            plan_id=self.id,
            plan_version=self.version,
            domains=tuple(self.domains),
        )
