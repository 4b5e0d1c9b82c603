"""One question per matter and office: what will the prosecutor do, knowing of the plan?"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from prosecution_hook.coordination.errors import DecisionMissing, ItemIsClosed
from prosecution_hook.ledger.domain import Alignment, Matter
from prosecution_hook.policy.domain import Policy, end_of_day
from shared.errors import FieldError
from shared.events import CoordinationClosed, CoordinationReplied, CoordinationRequested
from shared.ids import new_id


class Concerning(StrEnum):
    """What opened an item."""

    NEW_CHARGE = "new_charge"
    WARRANT = "warrant"
    HOLD_REVIEW = "hold_review"


class ItemState(StrEnum):
    """Only a liaison prosecutor decides; an item whose matter is gone is withdrawn."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """The prosecutor's filing decision (domain.md 1.7)."""

    FILE = "file"
    DECLINE = "decline"
    USE_IN_OTHER_CASE = "use_in_other_case"
    RETURN_FOR_EVIDENCE = "return_for_evidence"


class Outcome(StrEnum):
    """What the coordination came to; `standard` is prosecution as usual."""

    HOLD = "hold"
    DEFER = "defer"
    QUASH_WARRANT = "quash_warrant"
    PR_RELEASE = "pr_release"
    CONDITIONS_ALIGNED = "conditions_aligned"
    GLOBAL_RESOLUTION = "global_resolution"
    DISMISS = "dismiss"
    STANDARD = "standard"


class Rationale(StrEnum):
    """Why, as a code. Nothing about the person's life, and no grade of them (R-16)."""

    SUPPORTS_THE_PLAN = "supports_the_plan"
    RESOLVED_WITH_OTHER_CASE = "resolved_with_other_case"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    INTERESTS_OF_JUSTICE = "interests_of_justice"
    COMMUNITY_SAFETY = "community_safety"
    VICTIM_WISHES = "victim_wishes"
    OFFICE_POLICY = "office_policy"
    COURT_ORDER = "court_order"


class Coordination(SQLModel, table=True):
    """An item with its owner and due time. Whether a liaison sees it is asked at every reading."""

    __tablename__ = "coordination"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str
    matter_id: UUID
    hold_id: UUID | None = None
    concerning: str
    office: str
    owner: str
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    state: str = ItemState.OPEN
    decision: str | None = None
    outcome: str | None = None
    rationale: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    version: int = 1

    @classmethod
    def open(
        cls, matter: Matter, concerning: Concerning, policy: Policy, now: datetime
    ) -> "Coordination":
        return cls(
            site=matter.site,
            participant_key=matter.participant_key,
            matter_id=matter.id,
            concerning=concerning,
            office=matter.office,
            owner=policy.owner_of(matter.office),
            opened_at=now,
            due_at=due_at(concerning, matter, policy, now),
        )

    def requested(self, matter: Matter, *, visible: bool) -> CoordinationRequested:
        """The question, for the case manager. Without a release it is theirs alone."""
        return CoordinationRequested(
            **self._about(self.opened_at),
            concerning=self.concerning,
            cause_number=matter.cause_number,
            due_at=self.due_at,
            visible_to_liaison=visible,
            recipient_org=self.office,
        )

    def hurry(self, matter: Matter, policy: Policy, now: datetime) -> None:
        """A court date that comes sooner brings the item forward; nothing puts it off."""
        due = due_at(Concerning(self.concerning), matter, policy, now)
        if self.state == ItemState.OPEN and due < self.due_at:
            self.due_at = due
            self.version += 1

    def decide(self, word: "Word", by: str, at: datetime) -> CoordinationClosed | None:
        """The liaison prosecutor's word, once; the same word again changes nothing."""
        if (self.decision, self.outcome, self.rationale) == word.parts:
            return None
        if self.state != ItemState.OPEN:
            raise ItemIsClosed
        if self.concerning == Concerning.NEW_CHARGE and word.decision is None:
            hint = "Say file, decline, use_in_other_case or return_for_evidence."
            raise DecisionMissing(errors=(FieldError("/decision", "missing", hint),))
        self.state, self.decided_by, self.decided_at = ItemState.DECIDED, by, at
        self.decision, self.outcome, self.rationale = word.parts
        self.version += 1
        return self._closed(at)

    def withdraw(self, at: datetime) -> CoordinationClosed:
        """Its matter is over, or was about somebody else: there is nothing left to ask."""
        self.state = ItemState.WITHDRAWN
        self.version += 1
        return self._closed(at)

    def _closed(self, at: datetime) -> CoordinationClosed:
        return CoordinationClosed(
            **self._about(at),
            ending=self.state,
            decision=self.decision,
            outcome=self.outcome,
            rationale=self.rationale,
        )

    def _about(self, at: datetime) -> dict[str, Any]:
        return {
            "site": self.site,
            "subject": self.participant_key,
            "occurred_at": at,
            "coordination_id": self.id,
        }


class Word(BaseModel):
    """What a liaison prosecutor records."""

    decision: Decision | None = None
    outcome: Outcome
    rationale: Rationale

    @property
    def parts(self) -> tuple[str | None, str, str]:
        return self.decision, self.outcome, self.rationale

    @property
    def alignment(self) -> Alignment:
        standard = self.outcome is Outcome.STANDARD
        return Alignment.STANDARD if standard else Alignment.ALIGNED


def due_at(concerning: Concerning, matter: Matter, policy: Policy, now: datetime) -> datetime:
    """Before the next appearance, or else before the prosecutor must decide (domain.md 7.7)."""
    match concerning:
        case Concerning.WARRANT:
            usual = end_of_day(matter.site, now)
        case Concerning.HOLD_REVIEW:
            usual = end_of_day(matter.site, now, policy.review_days)
        case _:
            usual = end_of_day(matter.site, matter.filed_at, policy.filing_decision_days)
    court = matter.next_court_at
    if court is not None and court > now:
        usual = min(usual, court - timedelta(hours=policy.court_lead_hours))
    return max(usual, now)


class CoordinationReply(SQLModel, table=True):
    """The case manager's structured answer (R-15). Told part by part, as consent covers each."""

    __tablename__ = "coordination_reply"

    coordination_id: UUID = Field(primary_key=True)
    consent_id: UUID
    replied_at: datetime = Field(sa_type=DateTime(timezone=True))
    engaged: bool | None = None
    goals_summary: str | None = None
    barriers: list[str] = Field(sa_type=ARRAY(Text))
    would_help: list[str] = Field(sa_type=ARRAY(Text))
    nothing_helpful_to_share: bool = False

    @classmethod
    def of(cls, event: CoordinationReplied) -> "CoordinationReply":
        return cls(
            coordination_id=event.coordination_id,
            consent_id=event.consent_id,
            replied_at=event.occurred_at,
            engaged=event.engaged,
            goals_summary=event.goals_summary,
            barriers=list(event.barriers),
            would_help=list(event.would_help),
            nothing_helpful_to_share=event.nothing_helpful_to_share,
        )
