"""What referral can be asked to do. Bodies that agencies post are commands as they come in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from referral.domain import CloseReason, ReferralState
from shared.callers import Caller
from shared.events import ContactType
from shared.reports import (
    STRICT,
    LocationIn,
    Name,
    Ori,
    PastTime,
    RecordId,
    RecordIn,
    ReportIn,
    Slug,
    Words,
)


class ReferralType(StrEnum):
    """The doors to the program (domain.md 1.2)."""

    ARREST_DIVERSION = "arrest_diversion"
    SOCIAL_CONTACT = "social_contact"
    COMMUNITY = "community"
    PROSECUTOR = "prosecutor"
    SELF = "self"


class Referrer(BaseModel):
    """Who refers, and where they can be called back."""

    model_config = STRICT

    agency_ori: Ori | None = None
    name: Name | None = None
    badge: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")] | None = None
    callback: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = None


class ReferPerson(RecordIn):
    """Refer a person to the program."""

    referral_type: ReferralType
    occurred_at: PastTime
    referrer: Referrer
    location: LocationIn = LocationIn()
    observed_needs: Annotated[
        tuple[Literal["substance", "mental_health", "poverty", "other"], ...], Field(max_length=4)
    ] = ()
    person_response: Literal["accepted", "declined", "undecided"] | None = None

    def conduct_at(self, now: datetime) -> datetime:
        return self.occurred_at


class Booking(BaseModel):
    """The jail's record of a booking."""

    model_config = STRICT

    number: RecordId | None = None
    facility: Words | None = None


class ReportContact(ReportIn):
    """Report a contact of somebody with the justice or emergency system."""

    contact_type: ContactType
    occurred_at: PastTime
    agency_ori: Ori | None = None
    arrest_basis: Slug | None = None
    booking: Booking = Booking()
    location: LocationIn = LocationIn()

    def conduct_at(self, now: datetime) -> datetime:
        return self.occurred_at


@dataclass(frozen=True)
class WithdrawReferral:
    """Take a referral back."""

    referral_id: UUID
    by: Caller


@dataclass(frozen=True)
class CloseReferral:
    """End the desk's work on a referral."""

    referral_id: UUID
    by: Caller
    reason: CloseReason
    version: int | None


@dataclass(frozen=True)
class AdvanceReferral:
    """Note how far the referred person has come in casework."""

    participant_key: str
    state: ReferralState


@dataclass(frozen=True)
class NoteHeartbeat:
    """Note that a source is alive, though it has nothing to report."""

    source: str
    sites: tuple[str, ...]
