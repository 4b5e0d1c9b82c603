"""What may be answered to a prosecutor: a closed form, covered part by part (R-01, R-15)."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from casework.consents.domain import Category, SignedConsent
from casework.coordination.errors import AlreadyAnswered, NothingLeftToAnswer
from casework.topics import Domain
from shared.events import CoordinationReplied
from shared.sealing import DataClass, KeyRing

RECIPIENT_ROLE = "liaison-prosecutor"
PURPOSE = "case_coordination"


class TellableGoal(StrEnum):
    """Domains that a prosecutor may hear of; health and substance use never (domain.md 3.6)."""

    HOUSING = Domain.HOUSING
    INCOME = Domain.INCOME
    EMPLOYMENT = Domain.EMPLOYMENT
    IDENTITY_DOCUMENTS = Domain.IDENTITY_DOCUMENTS
    LEGAL = Domain.LEGAL
    SAFETY = Domain.SAFETY
    FAMILY = Domain.FAMILY


class Barrier(StrEnum):
    """What stands in the way, as far as a court can know of it."""

    HOUSING = "housing"
    TRANSPORTATION = "transportation"
    NO_PHONE = "no_phone"
    NO_IDENTITY_DOCUMENTS = "no_identity_documents"
    CHILD_CARE = "child_care"
    WORK_SCHEDULE = "work_schedule"
    LANGUAGE = "language"
    COURT_SCHEDULE = "court_schedule"
    RELEASE_CONDITIONS = "release_conditions"
    OPEN_WARRANT = "open_warrant"


class Help(StrEnum):
    """What a prosecutor could do (domain.md 1.7)."""

    DEFER_FILING = "defer_filing"
    DECLINE = "decline"
    PERSONAL_RECOGNIZANCE_RELEASE = "personal_recognizance_release"
    QUASH_WARRANT = "quash_warrant"
    OTHER_COURT_TIME = "other_court_time"
    CONTINUANCE = "continuance"
    ALIGN_CONDITIONS = "align_conditions"
    RESOLVE_TOGETHER = "resolve_together"


class Reply(BaseModel):
    """No notes, no scores, no place. Having nothing to share is always an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engaged: bool | None = None
    goals: tuple[TellableGoal, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    would_help: tuple[Help, ...] = ()
    nothing_helpful_to_share: bool = False

    @model_validator(mode="after")
    def something_or_nothing(self) -> Self:
        if self.nothing_helpful_to_share is bool(self.parts()):
            hint = "Answer one or more parts, or say that there is nothing helpful to share."
            raise PydanticCustomError("something_or_nothing", hint)
        return self

    def parts(self) -> dict[str, Category]:
        """Each part that says something, with the category that must be covered."""
        said = {
            "engaged": (self.engaged is not None, Category.ENGAGEMENT_FACT),
            "goals": (bool(self.goals), Category.GOALS),
            "barriers": (bool(self.barriers), Category.BARRIERS),
            "would_help": (bool(self.would_help), Category.ENGAGEMENT_FACT),
        }
        return {name: category for name, (says, category) in said.items() if says}


class ItemState(StrEnum):
    """`kept` is an answer that nobody outside hears of; `closed` was over before an answer."""

    OPEN = "open"
    TOLD = "told"
    KEPT = "kept"
    CLOSED = "closed"


class CoordinationItem(SQLModel, table=True):
    """One question of a prosecutor's office about a participant."""

    __tablename__ = "coordination_item"

    id: UUID = Field(primary_key=True)
    site: str
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    concerning: str
    cause_number: str | None = None
    recipient_org: str | None = None
    visible_to_liaison: bool
    requested_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    state: str = ItemState.OPEN
    sealed: str | None = None
    consent_id: UUID | None = None
    answered_by: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def answer(self, reply: Reply, by: str, at: datetime, ring: KeyRing) -> None:
        """Once: what was told cannot be told otherwise."""
        if self.state == ItemState.CLOSED:
            raise NothingLeftToAnswer
        if self.state != ItemState.OPEN:
            raise AlreadyAnswered
        self.state, self.answered_by, self.answered_at = ItemState.KEPT, by, at
        self.sealed = ring.seal(DataClass.CARE, str(self.id), reply.model_dump_json().encode())

    def close(self) -> None:
        """The prosecutor decided, or withdrew the question: an answer that was given stays."""
        if self.state == ItemState.OPEN:
            self.state = ItemState.CLOSED

    def tell(self, reply: Reply, consent_id: UUID, at: datetime) -> CoordinationReplied:
        self.state, self.consent_id = ItemState.TOLD, consent_id
        return CoordinationReplied(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            coordination_id=self.id,
            consent_id=consent_id,
            engaged=reply.engaged,
            goals_summary=", ".join(reply.goals) or None,
            barriers=reply.barriers,
            would_help=reply.would_help,
            nothing_helpful_to_share=reply.nothing_helpful_to_share,
        )

    def reply(self, ring: KeyRing) -> Reply | None:
        if self.sealed is None:
            return None
        return Reply.model_validate_json(ring.open(str(self.id), self.sealed, DataClass.CARE))


def uncovered(reply: Reply, categories: Collection[str]) -> list[str]:
    """The parts that these categories do not allow to be told."""
    return [part for part, category in reply.parts().items() if category not in categories]


def covering(
    reply: Reply, consents: Collection[SignedConsent], org: str | None
) -> tuple[SignedConsent | None, list[str]]:
    """The release in force that covers all of it; otherwise what the best one leaves uncovered."""
    best: tuple[SignedConsent | None, list[str]] = (None, list(reply.parts()))
    for consent in consents:
        categories = consent.categories_for(RECIPIENT_ROLE, org, PURPOSE)
        missing = uncovered(reply, categories)
        if categories and not missing:
            return consent, []
        if len(missing) < len(best[1]):
            best = (None, missing)
    return best
