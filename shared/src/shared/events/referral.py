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
    # The referring agency's own number, by which a prosecutor knows the case.
    source_record_id: Program[str | None] = None
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


class ContactRetracted(ReferralEvent):
    """Sent when an agency takes a record back: it was wrong, or a court sealed or expunged it.

    `subject` is the receipt of the record's last version; the key is source and record, so that it
    follows the reports that it takes back.
    """

    stream = "reports"

    source_system: Public[str]
    source_record_id: Program[str]
    record_version: Public[int]
    reason: Public[str]

    @property
    def key(self) -> str:
        return f"{self.source_system}:{self.source_record_id}"


class ReferralScreened(ReferralEvent):
    """Sent when a referral is held against the site's criteria; `subject` is the participant."""

    referral_id: Program[UUID]
    criteria_version: Program[str]
    outcome: Program[str]
    # By when somebody should have gone to see the person, where no officer stands beside them.
    outreach_due_at: Program[AwareDatetime | None] = None


class HandoffStarted(ReferralEvent):
    """Sent when the program is called to the point of contact. `subject` is the participant key."""

    referral_id: Program[UUID]
    called_at: Program[AwareDatetime]
    due_at: Program[AwareDatetime]


class HandoffCompleted(ReferralEvent):
    """Sent when custody is relinquished to the program. `subject` is the participant key."""

    referral_id: Program[UUID]
    completed_at: Program[AwareDatetime]


class ReferralClosed(ReferralEvent):
    """Sent when a referral ends without enrollment. The reason is for the program alone."""

    referral_id: Program[UUID]
    state: Program[str]
    reason: Program[str | None] = None


class FeedSilent(ReferralEvent):
    """Sent when a source says nothing for longer than it may. `subject` is the source system.

    `alarm` is `silent`, or `below_floor` when it is heard, but reports less than it should.
    """

    source_system: Public[str]
    last_heard_at: Public[AwareDatetime | None] = None
    alarm: Public[str | None] = None


class FeedRecovered(ReferralEvent):
    """Sent when a silent source is heard again. `subject` is the source system."""

    source_system: Public[str]
    silent_since: Public[AwareDatetime | None] = None


class ReferralErased(ReferralEvent):
    """Sent when referral has destroyed what it held about an erased participant."""

    erasure_id: Program[UUID]
    records: Program[int]
