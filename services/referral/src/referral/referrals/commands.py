"""What can be asked about referrals. A body that an agency posts is a command as it comes in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from referral.criteria.domain import Finding, Outcome
from referral.criteria.facts import Basis, Door, Facts, Unit
from referral.referrals.domain import CloseReason, DeclinedBy, ReferralState
from referral.referrals.doors import faults_at
from shared.callers import Caller
from shared.dates import Day
from shared.errors import FieldError
from shared.events import MatchTier
from shared.phones import Phone
from shared.reports import (
    STRICT,
    Label,
    LocationIn,
    Name,
    Ori,
    PastTime,
    RecordIn,
    Words,
    age_on,
)


class Relationship(StrEnum):
    """Who somebody from the community is to the person or the place."""

    FAMILY = "family"
    NEIGHBOR = "neighbor"
    BUSINESS = "business"
    OUTREACH = "outreach"
    SERVICE_PROVIDER = "service_provider"
    COURT = "court"
    OTHER = "other"


class Referrer(BaseModel):
    """Who refers, and where they can be called back."""

    model_config = STRICT

    agency_ori: Ori | None = None
    organization: Name | None = None
    name: Name | None = None
    badge: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")] | None = None
    callback: Phone | None = None
    relationship: Relationship | None = None


class Reach(BaseModel):
    """How the person may be found and recognized, by whoever goes to meet them."""

    model_config = STRICT

    phone: Phone | None = None
    usual_places: Words | None = None
    description: Words | None = None


class Drug(BaseModel):
    """What was found, and how much of it."""

    model_config = STRICT

    kind: Label | None = None
    amount: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
    unit: Unit


class PriorInvolvement(BaseModel):
    """How it is known that somebody was involved before, and when that was last so."""

    model_config = STRICT

    basis: Basis
    last_on: Day


class ReferPerson(RecordIn):
    """Refer a person to the program. Each door has rules of its own (`referrals/doors.py`)."""

    referral_type: Door
    occurred_at: PastTime
    referrer: Referrer
    location: LocationIn = LocationIn()
    observed_needs: Annotated[
        tuple[Literal["substance", "mental_health", "poverty", "other"], ...], Field(max_length=4)
    ] = ()
    person_response: Literal["accepted", "declined", "undecided"] | None = None
    consent_to_contact: bool | None = None
    reach: Reach | None = None
    drug: Drug | None = None
    complainant_agrees: bool | None = None
    prior_involvement: PriorInvolvement | None = None
    safety_notes: Words | None = None

    def conduct_at(self, now: datetime) -> datetime:
        return self.occurred_at

    def faults(self, now: datetime) -> Iterator[FieldError]:
        yield from super().faults(now)
        yield from faults_at(self.referral_type, self)
        involved = self.prior_involvement
        if involved is not None and involved.last_on > now.date():
            hint = "This day has not come yet."
            yield FieldError("/prior_involvement/last_on", "time_in_future", hint)

    def facts(self) -> Facts:
        """As far as criteria may look."""
        drug, involved = self.drug, self.prior_involvement
        return Facts(
            door=self.referral_type,
            on=self.occurred_at.date(),
            age=self._age(),
            charges=self.charges,
            amount=drug.amount if drug else None,
            unit=drug.unit if drug else None,
            involved_on=involved.last_on if involved else None,
            basis=involved.basis if involved else None,
        )

    def _age(self) -> int | None:
        if self.person.dob is None:
            return self.person.age_from
        return age_on(self.person.dob, self.occurred_at.date())


@dataclass(frozen=True)
class WithdrawReferral:
    """Take a referral back."""

    referral_id: UUID
    by: Caller


@dataclass(frozen=True)
class DeskStep:
    """What every step of the desk names: the referral, who, and the version that they read."""

    referral_id: UUID
    by: Caller
    version: int | None


@dataclass(frozen=True)
class ScreenReferral(DeskStep):
    """Record what screening came to. Without a reason only what the criteria propose."""

    decision: Outcome
    findings: Mapping[str, Finding] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True)
class DeclineReferral(DeskStep):
    """Record that somebody who may say no said no."""

    declined_by: DeclinedBy


@dataclass(frozen=True)
class CloseReferral(DeskStep):
    """End the desk's work on a referral."""

    reason: CloseReason


@dataclass(frozen=True)
class AttachReferral:
    """Note that the referred person has a file, or looks like somebody who has."""

    referral_id: UUID
    participant_key: str
    tier: MatchTier


@dataclass(frozen=True)
class EraseReferrals:
    """Destroy what referrals say of a person."""

    erasure_id: UUID
    site: str
    participant_key: str


@dataclass(frozen=True)
class NoteOutreach:
    """Note that the program went to see the referred person."""

    participant_key: str
    made_at: datetime


@dataclass(frozen=True)
class AdvanceReferral:
    """Note how far the referred person has come in casework."""

    participant_key: str
    state: ReferralState
