"""Alerts: what is kept of them, and the states they go through.

`alert_step` is append-only and is the truth; an alert's `state` and `recipient` are the fold over
its steps, kept on the row for the queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Enum, Identity, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from notifier.policy import AlertClass
from notifier.routing import PROGRAM_LINE
from shared.events import AlertAcknowledged, AlertClosed, AlertEscalated

_TIME: Any = DateTime(timezone=True)


def _word(kind: type[StrEnum]) -> Any:
    """Text in the database, the enumeration in Python."""
    return Enum(kind, native_enum=False, values_callable=lambda members: [m.value for m in members])


class AlertState(StrEnum):
    """The first two are open; every alert reaches exactly one of the others, and stays there."""

    WAITING = "waiting"
    UNANSWERED = "unanswered"  # everybody on the route was asked; the auditor keeps raising it
    ACKNOWLEDGED = "acknowledged"
    HANDED_OVER = "handed_over"  # a person passed it on, and that person has it
    ESCALATED = "escalated"  # nobody answered in time, and a human further on has it
    TOLD = "told"  # needed no answer, and the message was handed over
    SUPPRESSED = "suppressed"  # with a reason; a recalled alert among them


OPEN = (AlertState.WAITING, AlertState.UNANSWERED)
ANSWERED = (AlertState.ACKNOWLEDGED, AlertState.HANDED_OVER, AlertState.ESCALATED)
ENDS = (*ANSWERED, AlertState.TOLD, AlertState.SUPPRESSED)


class StepKind(StrEnum):
    """What can happen to an alert."""

    RAISED = "raised"
    UPDATED = "updated"
    NOTED = "noted"
    PASSED_OVER = "passed_over"
    ESCALATED = "escalated"
    REASSIGNED = "reassigned"
    HANDED_OVER = "handed_over"
    HELD = "held"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    NOT_DELIVERED = "not_delivered"
    ANOTHER_WAY = "another_way"
    TOLD = "told"
    UNANSWERED = "unanswered"
    ACKNOWLEDGED = "acknowledged"
    DISOWNED = "disowned"
    STUCK = "stuck"
    HISTORY = "history"
    SUPPRESSED = "suppressed"
    RESUMED = "resumed"
    RECALLED = "recalled"
    RECALL_TOLD = "recall_told"
    VIEWED = "viewed"


# Steps that ask somebody; the others leave the recipient as it is.
ASKING = (
    StepKind.RAISED,
    StepKind.ESCALATED,
    StepKind.REASSIGNED,
    StepKind.HANDED_OVER,
    StepKind.RESUMED,
)
_LEADS_TO = {
    StepKind.TOLD: AlertState.TOLD,
    StepKind.UNANSWERED: AlertState.UNANSWERED,
    StepKind.SUPPRESSED: AlertState.SUPPRESSED,
    StepKind.RECALLED: AlertState.SUPPRESSED,
}


class Action(StrEnum):
    """What the person who has the alert will do. A closed list: free text could name somebody."""

    GOING_TO_JAIL = "going_to_jail"
    GOING_TO_COURT = "going_to_court"
    MEETING_PARTICIPANT = "meeting_participant"
    CALLING = "calling"
    ALREADY_ON_IT = "already_on_it"
    OTHER = "other"


# Stands in a step's `by` for an answer that came by the link in a message.
BY_LINK = "link"


class AlertStep(SQLModel, table=True):
    """One thing that happened to an alert. `detail` is a code, `who` whom it concerns."""

    __tablename__ = "alert_step"

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    alert_id: UUID
    at: datetime = Field(sa_type=_TIME)
    kind: StepKind = Field(sa_type=_word(StepKind))
    who: str | None = None
    detail: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alert stands: the fold's value. `asked`: how it came to its recipient."""

    state: AlertState
    recipient: str | None
    asked: StepKind

    def after(self, step: AlertStep) -> "Standing":
        """An end is final: what happens after it is in the record and changes nothing.

        But an exit that is undone was none: what it stopped is asked again.
        """
        if step.kind == StepKind.RESUMED and self.state == AlertState.SUPPRESSED:
            return Standing(AlertState.WAITING, step.who, step.kind)
        if self.state in ENDS:
            return self
        if step.kind in ASKING:
            return Standing(AlertState.WAITING, step.who, step.kind)
        if step.kind == StepKind.ACKNOWLEDGED:
            return replace(self, state=self._answered_by(step.who))
        return replace(self, state=_LEADS_TO.get(step.kind, self.state))

    def _answered_by(self, who: str | None) -> AlertState:
        """Whoever had it before and answers late has simply acknowledged it."""
        if self.state is AlertState.UNANSWERED or self.recipient == PROGRAM_LINE:
            return AlertState.ESCALATED
        if who == self.recipient and self.asked == StepKind.ESCALATED:
            return AlertState.ESCALATED
        if who == self.recipient and self.asked == StepKind.HANDED_OVER:
            return AlertState.HANDED_OVER
        return AlertState.ACKNOWLEDGED


def fold(steps: Iterable[AlertStep]) -> Standing:
    """How an alert stands after these steps."""
    standing = Standing(AlertState.WAITING, None, StepKind.RAISED)
    for step in steps:
        standing = standing.after(step)
    return standing


class Alert(SQLModel, table=True):
    """One question to the person on duty: do you have this? It has exactly one end."""

    id: UUID = Field(primary_key=True)
    number: int
    site: str
    participant: str
    thread_id: UUID
    alert_class: AlertClass = Field(sa_type=_word(AlertClass))
    state: AlertState = Field(sa_type=_word(AlertState))
    recipient: str
    asked: StepKind = Field(default=StepKind.RAISED, sa_type=_word(StepKind))
    due_at: datetime | None = Field(default=None, sa_type=_TIME)
    raised_at: datetime = Field(sa_type=_TIME)
    manager_then: str | None = None
    manager_now: str | None = None
    headline: UUID
    answered_by: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=_TIME)
    action: str | None = None
    recalled_at: datetime | None = Field(default=None, sa_type=_TIME)
    recalled_because: str | None = None

    @property
    def is_waiting(self) -> bool:
        return self.state == AlertState.WAITING

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def follow(self, step: AlertStep) -> AlertClosed | None:
        """Keep the row equal to the fold over its steps; says so when that is the end."""
        was_open = self.is_open
        standing = Standing(self.state, self.recipient, self.asked).after(step)
        self.state, self.asked = standing.state, standing.asked
        self.recipient = standing.recipient or self.recipient
        return self.closed(step.at) if was_open and not self.is_open else None

    def closed(self, at: datetime) -> AlertClosed:
        return AlertClosed(
            site=self.site,
            subject=self.participant,
            occurred_at=at,
            alert_id=self.id,
            end_state=self.state,
        )

    def answered(self, by: str, action: Action | None, at: datetime) -> AlertAcknowledged:
        self.answered_by, self.answered_at, self.action = by, at, action
        return AlertAcknowledged(
            site=self.site,
            subject=self.participant,
            occurred_at=at,
            alert_id=self.id,
            acknowledged_by=by,
            action=action,
        )

    def moved(self, previous: str, reason: str, at: datetime) -> AlertEscalated:
        return AlertEscalated(
            site=self.site,
            subject=self.participant,
            occurred_at=at,
            alert_id=self.id,
            from_recipient=previous,
            to_recipient=self.recipient,
            reason=reason,
        )


class AlertEntry(SQLModel, table=True):
    """One report in a thread. The name is sealed; `facts` are of the public justice record.

    What a withdrawn report said is destroyed; an erased name is empty.
    """

    __tablename__ = "alert_entry"

    event_id: UUID = Field(primary_key=True)
    thread_id: UUID
    alert_id: UUID
    receipt: UUID
    source_record_id: str
    record_version: int
    cause: str
    reported_by: str
    occurred_at: datetime = Field(sa_type=_TIME)
    received_at: datetime = Field(sa_type=_TIME)
    recorded_at: datetime = Field(sa_type=_TIME)
    news: list[str] = Field(sa_column=Column(ARRAY(Text)))
    facts: dict[str, Any] = Field(sa_column=Column(JSONB))
    sealed_name: str
    withdrawn_at: datetime | None = Field(default=None, sa_type=_TIME)
    withdrawn_because: str | None = None


class AlertNote(SQLModel, table=True):
    """What somebody wrote beside an answer or a handover, sealed."""

    __tablename__ = "alert_note"

    id: UUID = Field(primary_key=True)
    alert_id: UUID
    at: datetime = Field(sa_type=_TIME)
    by: str
    sealed_text: str


class Assignment(SQLModel, table=True):
    """Who was responsible for a participant, from when to when; a projection of casework's."""

    id: UUID = Field(primary_key=True)
    site: str
    participant: str
    case_manager: str
    backup: str | None = None
    supervisor: str | None = None
    assigned_from: datetime = Field(sa_type=_TIME)
    assigned_to: datetime | None = Field(default=None, sa_type=_TIME)


class InboxItem(SQLModel, table=True):
    """An alert in somebody's inbox. `seq` grows with every change; the stream resumes by it."""

    __tablename__ = "inbox_item"

    recipient: str = Field(primary_key=True)
    alert_id: UUID = Field(primary_key=True)
    site: str
    seq: int
