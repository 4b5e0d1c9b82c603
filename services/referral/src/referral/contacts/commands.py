"""Contacts as agencies post them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from shared.callers import Caller
from shared.events import ContactType
from shared.reports import STRICT, LocationIn, Ori, PastTime, RecordId, ReportIn, Slug, Words


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


class Reason(StrEnum):
    """Why an agency takes a record back."""

    ERROR = "error"
    SEALED = "sealed"
    EXPUNGED = "expunged"


@dataclass(frozen=True)
class RetractContact:
    """Take a reported record back, in all its versions."""

    receipt: UUID
    by: Caller
    source_record_id: str
    record_version: int
    reason: Reason
