"""What referral publishes: people referred, and contacts that agencies report."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.events.base import Event
from shared.events.parts import ChargePart, ContactType, PersonPart
from shared.events.report import Report
from shared.sealing import Identity, Program, Public


class ReferralEvent(Event):
    """Published by referral."""

    service = "referral"


class ParticipantReferred(ReferralEvent):
    """Sent when an officer or somebody from the community refers a person to the program.

    `subject` is the participant key that the person will keep if they enroll.
    """

    referral_id: Program[UUID]
    referral_type: Program[str]
    agency_ori: Public[str | None] = None
    source_system: Public[str]
    person: Identity[PersonPart]
    observed_needs: Program[tuple[str, ...]] = ()
    charges: Public[tuple[ChargePart, ...]] = ()
    received_at: Public[AwareDatetime]


class ContactReported(Report):
    """Sent when an agency reports a contact: a stop, a citation, a booking, a release ..."""

    service = "referral"

    contact_type: Public[ContactType]
    agency_ori: Public[str | None] = None
    arrest_basis: Public[str | None] = None
    booking_number: Public[str | None] = None
    facility: Public[str | None] = None
    place: Identity[str | None] = None
    beat: Public[str | None] = None
