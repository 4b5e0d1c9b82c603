"""What casework publishes: enrollment, assignment, consent, plan, and matched re-contacts.

`subject` is always the participant key.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from shared.events.base import Event, EventPart
from shared.events.parts import ChargePart, CourtDatePart, MatchTier
from shared.sealing import Care, Identity, Program, Public


class CaseworkEvent(Event):
    """Published by casework."""

    service = "casework"


class ParticipantEnrolled(CaseworkEvent):
    """Sent when intake is completed and a release of information is signed."""

    enrolled_at: Program[AwareDatetime]


class OutreachMade(CaseworkEvent):
    """Sent when the program goes to see a referred person for the first time, found or not."""

    made_at: Program[AwareDatetime]


class IntakeScheduled(CaseworkEvent):
    """Sent when a time is set for the intake interview, and again when it is moved."""

    appointment_id: Program[UUID]
    scheduled_for: Program[AwareDatetime]


class IntakeCompleted(CaseworkEvent):
    """Sent when the intake interview is completed, which discharges the condition of a hold."""

    intake_id: Program[UUID]
    completed_at: Program[AwareDatetime]


class CaseManagerAssigned(CaseworkEvent):
    """Sent when a case manager becomes responsible for a participant."""

    case_manager: Program[str]
    backup: Program[str | None] = None
    supervisor: Program[str | None] = None
    assigned_from: Program[AwareDatetime]


class GrantPart(EventPart):
    """Who may be told what, for which purpose."""

    recipient_org: str
    recipient_role: str
    categories: tuple[str, ...]
    purposes: tuple[str, ...]


class ConsentGranted(CaseworkEvent):
    """Sent when a participant signs a release of information."""

    consent_id: Program[UUID]
    grants: Program[tuple[GrantPart, ...]]
    effective_from: Program[date]
    expires_on: Program[date | None] = None


class ConsentRevoked(CaseworkEvent):
    """Sent when a participant takes a release of information back."""

    consent_id: Program[UUID]
    revoked_at: Program[AwareDatetime]


class ConsentReinstated(CaseworkEvent):
    """Sent when a revocation was recorded in error: the release is in force again as signed."""

    consent_id: Program[UUID]


class ConsentsConfirmed(CaseworkEvent):
    """Sent when a few seconds passed: what was signed or taken back by `occurred_at` is published.

    Who tells something under a consent stops when these stop: a revocation may be on its way.
    """

    every_seconds: Program[int]


class PlanUpdated(CaseworkEvent):
    """Sent when a plan version is agreed. Carries the domains' names, never their content."""

    plan_id: Program[UUID]
    plan_version: Program[int]
    domains: Program[tuple[str, ...]]


class RecontactCause(StrEnum):
    """Why a participant was re-contacted."""

    POLICE_CONTACT = "police-contact"
    CITATION = "citation"
    ARREST = "arrest"
    BOOKING = "booking"
    CUSTODY_CHANGE = "custody-change"
    RELEASE = "release"
    NEW_CHARGE = "new-charge"
    PROSECUTION_DECISION = "prosecution-decision"
    WARRANT = "warrant"
    COURT_DATE = "court-date"
    FAILURE_TO_APPEAR = "failure-to-appear"
    DISPOSITION = "disposition"
    NEW_REFERRAL = "new-referral"
    VICTIM_OF_CRIME = "victim-of-crime"
    OVERDOSE_RESPONSE = "overdose-response"


class ParticipantRecontacted(CaseworkEvent):
    """Sent when a report is matched to a participant. The one event that the notifier alerts on."""

    cause: Program[RecontactCause]
    tier: Program[MatchTier]
    # It was known before, but only now that it is about this participant.
    late: Program[bool] = False
    receipt: Program[UUID]
    reported_by: Public[str]
    record_version: Public[int] = 1
    source_record_id: Program[str]
    received_at: Public[AwareDatetime]
    display_name: Identity[str]
    case_manager: Program[str | None] = None
    pre_enrollment_conduct: Program[bool] = False
    charges: Public[tuple[ChargePart, ...]] = ()
    next_court: Public[CourtDatePart | None] = None
    facility: Public[str | None] = None
    arrest_basis: Public[str | None] = None
    incident_number: Public[str | None] = None
    booking_number: Public[str | None] = None
    cause_number: Public[str | None] = None
    # What kind of report it was, and what it says happened: a warrant quashed, a case dismissed.
    contact_type: Public[str | None] = None
    outcome: Public[str | None] = None
    warrant_number: Public[str | None] = None
    court: Public[str | None] = None
    filed_at: Public[AwareDatetime | None] = None


class IdentityReviewRaised(CaseworkEvent):
    """Sent when a reviewer must decide who a report is about. `subject` is the review."""

    review_id: Program[UUID]
    tier: Program[MatchTier]
    due_at: Program[AwareDatetime]


class ParticipantStatusChanged(CaseworkEvent):
    """Sent when a participant becomes active, inactive or exited.

    Why is care data (in treatment, incarcerated ...): sealed from whoever holds no care key.
    """

    status: Program[str]
    reason: Care[str | None] = None
    since: Program[AwareDatetime]


class SiteTimeZoneSet(CaseworkEvent):
    """Sent when a site's policy sets the zone of its clocks. `subject` is the site.

    `time_zone` is a name of the IANA database; null takes it back, and the deployment's holds.
    """

    time_zone: Public[str | None] = None


class ReferralAttached(CaseworkEvent):
    """Sent when a referral is of somebody who has a file, or who may have one.

    `subject` is the file that the referral was added to: with an `exact` tier the file that was
    there, otherwise a new one, which looks like another. For the referral desk; never an agency.
    """

    referral_id: Program[UUID]
    referred_as: Program[str]
    tier: Program[MatchTier]


class IdentityCorrected(CaseworkEvent):
    """Sent when a report turns out not to be about the participant in `subject`.

    `moved_to` names the participant that it is about, when that is known.
    """

    receipt: Program[UUID]
    correction: Program[str]
    moved_to: Program[str | None] = None
    # Of a record that its agency took back: error, sealed or expunged.
    reason: Program[str | None] = None


class CoordinationReplied(CaseworkEvent):
    """Sent when a case manager answers a prosecutor's coordination item, under a consent.

    The closed form of domain.md R-15: no notes, no scores, no place.
    """

    coordination_id: Program[UUID]
    consent_id: Program[UUID]
    engaged: Program[bool | None] = None
    goals_summary: Program[str | None] = None
    barriers: Program[tuple[str, ...]] = ()
    would_help: Program[tuple[str, ...]] = ()
    nothing_helpful_to_share: Program[bool] = False


class ParticipantErased(CaseworkEvent):
    """Sent when a participant's data is erased: whoever holds any destroys it and answers."""

    erasure_id: Program[UUID]


class WorkgroupActionAssigned(CaseworkEvent):
    """Sent when the work group decides that somebody does something. Carries no words."""

    action_id: Program[UUID]
    owner: Program[str]
    due_at: Program[AwareDatetime]


class WorkgroupActionDone(CaseworkEvent):
    """Sent when what the work group asked for is done."""

    action_id: Program[UUID]
    done_by: Program[str]
