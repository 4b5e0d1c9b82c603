"""A warm handoff: an officer, or somebody else, brings a person and a case manager together."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from referral.criteria.facts import Door
from referral.handoffs.errors import HandoffOutOfOrder, StepNotAtThisDoor
from referral.referrals.domain import Referral
from shared.errors import FieldError
from shared.events import HandoffCompleted, HandoffStarted


class Step(StrEnum):
    """The steps of a handoff, in their order; the last is named for the door."""

    CALLED = "called"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    CUSTODY_RELINQUISHED = "custody_relinquished"
    INTRODUCED = "introduced"


_LAST = (Step.CUSTODY_RELINQUISHED, Step.INTRODUCED)


class Handoff(SQLModel, table=True):
    """Its times. Where to meet is sealed: it says where somebody is."""

    referral_id: UUID = Field(primary_key=True)
    site: str
    called_by: str
    called_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    overdue_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    dispatched_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    eta_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    arrived_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    completed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    case_manager: str | None = None
    meeting_place: str | None = None

    @classmethod
    def called(cls, referral: Referral, by: str, at: datetime, minutes: int) -> "Handoff":
        """The clock starts: a site's minutes until somebody stands beside the person (T1)."""
        referral.call(at)
        return cls(
            referral_id=referral.id,
            site=referral.site,
            called_by=by,
            called_at=at,
            due_at=at + timedelta(minutes=minutes),
        )

    def started(self, referral: Referral) -> HandoffStarted:
        """The fact that the program was called."""
        return HandoffStarted(
            site=self.site,
            subject=referral.participant_key,
            occurred_at=self.called_at,
            referral_id=referral.id,
            called_at=self.called_at,
            due_at=self.due_at,
        )

    def dispatch(self, at: datetime, eta_at: datetime | None, case_manager: str | None) -> None:
        """Somebody is on the way. Told again with a new time of arrival, or another colleague."""
        self.dispatched_at = self.dispatched_at or at
        self.eta_at = eta_at or self.eta_at
        self.case_manager = case_manager or self.case_manager

    def arrive(self, at: datetime) -> None:
        self.arrived_at = self.arrived_at or at

    def complete(self, referral: Referral, step: Step, at: datetime) -> HandoffCompleted:
        """The person is with the program."""
        custody = referral.referral_type == Door.ARREST_DIVERSION
        if (step is Step.CUSTODY_RELINQUISHED) != custody:
            hint = "Send `custody_relinquished` in an arrest diversion, else `introduced`."
            raise StepNotAtThisDoor(errors=(FieldError("/step", "not_at_this_door", hint),))
        if self.arrived_at is None:
            raise HandoffOutOfOrder
        referral.hand_off(at)
        self.completed_at = at
        return HandoffCompleted(
            site=self.site,
            subject=referral.participant_key,
            occurred_at=at,
            referral_id=referral.id,
            completed_at=at,
        )

    def has_taken(self, step: Step) -> bool:
        """Whether telling this step again tells nothing new."""
        if step in _LAST:
            return self.completed_at is not None
        return step is Step.CALLED or (step is Step.ARRIVED and self.arrived_at is not None)

    def run_late(self, at: datetime) -> bool:
        """The clock ran out before anybody came. It opens work and decides nothing (R-35)."""
        if self.arrived_at is not None or self.overdue_at is not None:
            return False
        self.overdue_at = at
        return True
