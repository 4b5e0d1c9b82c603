"""What the work group has before it, what each attendee may see of it, and what it decides."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from casework.consents.domain import Category, SignedConsent
from casework.coordination.domain import PURPOSE, TellableGoal
from casework.workgroup.errors import ActionDone
from shared.events import WorkgroupActionAssigned, WorkgroupActionDone
from shared.ids import new_id
from shared.sealing import DataClass, KeyRing

# 42 CFR 2.32(a)(2): the notice that goes with every consented disclosure.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


class Attendee(StrEnum):
    """Who comes from outside the program; each sees what a release opens to their role."""

    LIAISON_PROSECUTOR = "liaison-prosecutor"
    DEFENSE_COUNSEL = "defense-counsel"
    PROVIDER = "provider"


class Fact(BaseModel):
    """One thing that may be said in the room, with the release that it rests on (R-19)."""

    model_config = ConfigDict(frozen=True)

    category: Category
    says: str
    consent_id: UUID


class Action(SQLModel, table=True):
    """What the group decided that somebody does. The words are sealed; no discussion is kept."""

    __tablename__ = "workgroup_action"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    owner: str
    sealed: str
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    assigned_by: str
    assigned_at: datetime = Field(sa_type=DateTime(timezone=True))
    done_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    done_by: str | None = None

    @staticmethod
    def seal(what: str, action_id: UUID, ring: KeyRing) -> str:
        return ring.seal(DataClass.CARE, str(action_id), what.encode())

    def what(self, ring: KeyRing) -> str:
        return ring.open(str(self.id), self.sealed, DataClass.CARE).decode()

    def assigned(self) -> WorkgroupActionAssigned:
        return WorkgroupActionAssigned(
            site=self.site,
            subject=self.participant_key,
            occurred_at=self.assigned_at,
            action_id=self.id,
            owner=self.owner,
            due_at=self.due_at,
        )

    def finish(self, by: str, at: datetime) -> WorkgroupActionDone:
        if self.done_at is not None:
            raise ActionDone
        self.done_at, self.done_by = at, by
        return WorkgroupActionDone(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            action_id=self.id,
            done_by=by,
        )


def facts_for(
    attendee: Attendee,
    org: str,
    consents: Sequence[SignedConsent],
    known: Mapping[str, Any],
) -> list[Fact]:
    """Nothing untagged: each fact by the release that covers recipient, category and purpose."""
    found: dict[Category, Fact] = {}
    for consent in consents:
        open_to = consent.categories_for(attendee, org, PURPOSE)
        for category, says in _sayable(known).items():
            if category in open_to and says:
                found.setdefault(
                    category, Fact(category=category, says=says, consent_id=consent.id)
                )
    return list(found.values())


def _sayable(known: Mapping[str, Any]) -> dict[Category, str]:
    """What casework itself can say: no note, no place, no health, whatever a release opens."""
    goals: Collection[str] = known["goals"]
    tellable = [goal for goal in goals if goal in set(TellableGoal)]
    return {
        Category.ENROLLMENT_FACT: "takes part" if known["enrolled"] else "",
        Category.ENGAGEMENT_FACT: "we work together" if known["active"] else "",
        Category.GOALS: ", ".join(tellable),
    }
