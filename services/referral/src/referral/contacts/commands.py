"""Contacts as agencies post them."""

from datetime import datetime

from pydantic import BaseModel

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
