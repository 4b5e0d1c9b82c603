"""The plan: the participant's own goals. Its content is sealed and never leaves casework."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, model_validator
from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from casework.plans.errors import PlanAlreadyAgreed
from casework.topics import Domain
from shared.events import PlanUpdated
from shared.ids import new_id
from shared.sealing import DataClass, KeyRing


class GoalStatus(StrEnum):
    """Where a goal stands, in the participant's own measure. None is a judgement."""

    WANTED = "wanted"
    UNDER_WAY = "under_way"
    REACHED = "reached"
    SET_ASIDE = "set_aside"


class StepOwner(StrEnum):
    """Who takes a step."""

    PARTICIPANT = "participant"
    CASE_MANAGER = "case_manager"
    SOMEBODY_ELSE = "somebody_else"


class Step(BaseModel):
    """One thing to do."""

    model_config = ConfigDict(frozen=True)

    text: str
    owner: StepOwner = StepOwner.PARTICIPANT
    done: bool = False

    @model_validator(mode="before")
    @classmethod
    def from_text(cls, value: Any) -> Any:
        """A step may be just its words, as plans had them at first."""
        return {"text": value} if isinstance(value, str) else value


class Obligation(BaseModel):
    """What a court expects, so that the plan does not collide with it."""

    model_config = ConfigDict(frozen=True)

    court: str | None = None
    cause_number: str | None = None
    at: AwareDatetime | None = None
    what: str | None = None


class Goal(BaseModel):
    """What the participant wants, in their words, and the steps that were agreed."""

    model_config = ConfigDict(frozen=True)

    domain: Domain
    statement: str
    status: GoalStatus = GoalStatus.WANTED
    target_on: date | None = None
    steps: tuple[Step, ...] = ()
    obligations: tuple[Obligation, ...] = ()

    def carried_on(self, before: tuple["Goal", ...]) -> "Goal":
        """What a short form does not show of a goal stays: status, obligations, done steps."""
        same = next((g for g in before if self._is(g)), None)
        if same is None:
            return self
        known = {step.text: step for step in same.steps}
        steps = tuple(known.get(step.text, step) for step in self.steps)
        return same.model_copy(update={"steps": steps})

    def _is(self, other: "Goal") -> bool:
        return (self.domain, self.statement) == (other.domain, other.statement)


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
    superseded_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    review_on: date | None = None
    created_by: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))

    @staticmethod
    def seal(goals: tuple[Goal, ...], plan_id: UUID, ring: KeyRing) -> str:
        return ring.seal(DataClass.CARE, str(plan_id), _GOALS.dump_json(goals))

    def goals(self, ring: KeyRing) -> tuple[Goal, ...]:
        return _GOALS.validate_json(ring.open(str(self.id), self.sealed, DataClass.CARE))

    def agree(self, site: str, at: datetime) -> PlanUpdated:
        """The participant's yes. Others hear of its domains only (R-14)."""
        if self.agreed_at is not None:
            raise PlanAlreadyAgreed
        self.agreed_at = at
        return PlanUpdated(
            site=site,
            subject=self.participant_key,
            occurred_at=at,
            plan_id=self.id,
            plan_version=self.version,
            domains=tuple(self.domains),
        )
