"""A hold on a diverted charge. Clocks open work for people; only a prosecutor ends a hold (R-35).

`resolve` is the one place that sets a resolved state, and it asks for a `Prosecutor`, who exists
only by a verified caller's role. The database refuses a resolved row without one, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer
from sqlmodel import Field, SQLModel

from prosecution_hook.holds.errors import ExtensionNotPossible, HoldIsResolved, NotAProsecutor
from prosecution_hook.policy.domain import Policy, end_of_day, last_day_of
from shared.callers import Caller
from shared.errors import FieldError
from shared.events import (
    ChargeHoldDeadlinePassed,
    ChargeHoldExpiring,
    ChargeHoldResolved,
    ChargeHoldStarted,
    ParticipantReferred,
)
from shared.ids import new_id


class HoldState(StrEnum):
    """Held and under review are the clock's; the others are a prosecutor's."""

    HELD = "held"
    UNDER_REVIEW = "under_review"
    FILED = "filed"
    NOT_FILED = "not_filed"
    DECLINED = "declined"


class Resolution(StrEnum):
    """How a prosecutor ends a hold."""

    FILED = "filed"
    NOT_FILED = "not_filed"
    DECLINED = "declined"


class ResolutionReason(StrEnum):
    """Why, as a code: nothing about the person's life belongs here."""

    INTAKE_COMPLETED = "intake_completed"
    DEADLINE_PASSED = "deadline_passed"
    NOT_DIVERTIBLE = "not_divertible"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    RESOLVED_WITH_OTHER_CASE = "resolved_with_other_case"
    INTERESTS_OF_JUSTICE = "interests_of_justice"


class ExtensionReason(StrEnum):
    """Why a hold goes on, as a code."""

    INTAKE_SCHEDULED = "intake_scheduled"
    PERSON_NOT_REACHED_YET = "person_not_reached_yet"
    PERSON_IN_CUSTODY = "person_in_custody"
    PROGRAM_CAPACITY = "program_capacity"
    PROSECUTOR_REVIEW = "prosecutor_review"


@dataclass(frozen=True, slots=True)
class Prosecutor:
    """A prosecutor's person or system. There is no other way to one than `of`."""

    ROLES: ClassVar[tuple[str, str]] = ("liaison-prosecutor", "prosecutor-system")

    sub: str
    role: str

    def __post_init__(self) -> None:
        if self.role not in self.ROLES:
            raise NotAProsecutor

    @classmethod
    def of(cls, caller: Caller) -> "Prosecutor":
        """Raises NotAProsecutor."""
        role = next((role for role in cls.ROLES if caller.has(role)), "")
        return cls(caller.sub, role)


HoldEvent = ChargeHoldExpiring | ChargeHoldDeadlinePassed


class ChargeHold(SQLModel, table=True):
    """The charges of one arrest diversion, held while the person takes up the program."""

    __tablename__ = "charge_hold"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str
    referral_id: UUID
    matter_id: UUID
    office: str | None
    state: str = HoldState.HELD
    started_at: datetime = Field(sa_type=DateTime(timezone=True))
    deadline_at: datetime = Field(sa_type=DateTime(timezone=True))
    longest_until: datetime = Field(sa_type=DateTime(timezone=True))
    policy_version: int
    warn_days: list[int] = Field(sa_type=ARRAY(Integer))
    # The nearest warning that was given or is past; None before the first.
    warned_days: int | None = None
    resolved_by: str | None = None
    resolved_role: str | None = None
    resolved_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    rationale: str | None = None
    version: int = 1

    @classmethod
    def start(
        cls, event: ParticipantReferred, key: str, policy: Policy, version: int, now: datetime
    ) -> "ChargeHold":
        """From the diverted arrest on, under the policy of this moment."""
        begin = event.occurred_at
        hold = cls(
            site=event.site,
            participant_key=key,
            referral_id=event.referral_id,
            matter_id=new_id(),
            office=policy.diversion_office,
            started_at=begin,
            deadline_at=end_of_day(event.site, begin, policy.hold_days),
            longest_until=end_of_day(
                event.site, begin, max(policy.longest_hold_days, policy.hold_days)
            ),
            policy_version=version,
            warn_days=list(policy.warn_days),
        )
        hold._forget_past_warnings(now)
        return hold

    def started(self) -> ChargeHoldStarted:
        return ChargeHoldStarted(
            **self._about(self.started_at), hold_id=self.id, deadline_at=self.deadline_at
        )

    @property
    def is_open(self) -> bool:
        return self.state in (HoldState.HELD, HoldState.UNDER_REVIEW)

    def tick(self, now: datetime) -> Iterator[HoldEvent]:
        """What the clock may do: warn, and open a review. It decides nothing (R-36)."""
        if self.state != HoldState.HELD:
            return
        if now >= self.deadline_at:
            self.state = HoldState.UNDER_REVIEW
            self.version += 1
            yield ChargeHoldDeadlinePassed(
                **self._about(self.deadline_at), hold_id=self.id, deadline_at=self.deadline_at
            )
        elif (days := self._due_warning(now)) is not None:
            self.warned_days = days
            yield ChargeHoldExpiring(
                **self._about(now), hold_id=self.id, deadline_at=self.deadline_at, days_left=days
            )

    def next_tick(self) -> datetime | None:
        """When the clock has something to do again; None when people have."""
        if self.state != HoldState.HELD:
            return None
        ahead = [days for days in self.warn_days if self._is_ahead(days)]
        return self.deadline_at - timedelta(days=max(ahead, default=0))

    def extend(self, until: date, now: datetime) -> "tuple[datetime, datetime]":
        """The old and the new deadline. Raises ExtensionNotPossible, HoldIsResolved."""
        if not self.is_open:
            raise HoldIsResolved
        before = self.deadline_at
        last_day, longest = (
            last_day_of(self.site, before),
            last_day_of(self.site, self.longest_until),
        )
        # Days first: a year beyond what the calendar can count is refused, not computed.
        if not max(last_day, last_day_of(self.site, now)) < until <= longest:
            hint = "Choose a later day, within the longest hold of the site's policy."
            raise ExtensionNotPossible(errors=(FieldError("/until", "not_possible", hint),))
        deadline = end_of_day(self.site, before, (until - last_day).days - 1)
        self.deadline_at, self.state, self.warned_days = deadline, HoldState.HELD, None
        self._forget_past_warnings(now)
        self.version += 1
        return before, deadline

    def resolve(
        self, resolution: Resolution, reason: ResolutionReason, by: Prosecutor, now: datetime
    ) -> ChargeHoldResolved | None:
        """The prosecutor's word, once; the same word again changes nothing."""
        if self.state == resolution:
            return None
        if not self.is_open:
            raise HoldIsResolved
        self.state, self.rationale = HoldState(resolution), reason
        self.resolved_by, self.resolved_role, self.resolved_at = by.sub, by.role, now
        self.version += 1
        return ChargeHoldResolved(**self._about(now), hold_id=self.id, resolution=resolution)

    def _due_warning(self, now: datetime) -> int | None:
        due = [
            days
            for days in self.warn_days
            if self._is_ahead(days) and self.deadline_at - timedelta(days=days) <= now
        ]
        return min(due, default=None)

    def _is_ahead(self, days: int) -> bool:
        return self.warned_days is None or days < self.warned_days

    def _forget_past_warnings(self, now: datetime) -> None:
        """A hold that begins late does not warn of what is long past."""
        self.warned_days = self._due_warning(now)

    def _about(self, at: datetime) -> dict[str, Any]:
        return {"site": self.site, "subject": self.participant_key, "occurred_at": at}


class HoldExtension(SQLModel, table=True):
    """One extension: from when to when, why, who recorded it and who approved it."""

    __tablename__ = "hold_extension"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    hold_id: UUID
    from_at: datetime = Field(sa_type=DateTime(timezone=True))
    until_at: datetime = Field(sa_type=DateTime(timezone=True))
    reason: str
    approved_by: str
    recorded_by: str
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))


class ReferralLink(SQLModel, table=True):
    """Whose file a referral belongs to, where casework attached it to one it had already."""

    __tablename__ = "referral_link"

    referral_id: UUID = Field(primary_key=True)
    participant_key: str


class IntakeNote(SQLModel, table=True):
    """That a participant's intake was completed. Told to nobody without a consent."""

    __tablename__ = "intake_note"

    participant_key: str = Field(primary_key=True)
    completed_at: datetime = Field(sa_type=DateTime(timezone=True))
