"""What a matched report means for the case manager: its cause, and the event that alerts them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casework.matching.domain import Candidate
from shared.events import (
    ContactReported,
    ContactType,
    MatchTier,
    NewChargeFiled,
    ParticipantRecontacted,
    ParticipantReferred,
    RecontactCause,
    Report,
)

CAUSES: dict[ContactType, RecontactCause] = {
    ContactType.FIELD_CONTACT_NO_ENFORCEMENT: RecontactCause.POLICE_CONTACT,
    ContactType.COMMUNITY_COMPLAINT_911_311: RecontactCause.POLICE_CONTACT,
    ContactType.CITATION_OR_SUMMONS: RecontactCause.CITATION,
    ContactType.ARREST_DIVERTED_AGAIN: RecontactCause.ARREST,
    ContactType.ARREST_TAKEN_INTO_CUSTODY: RecontactCause.ARREST,
    ContactType.BOOKING: RecontactCause.BOOKING,
    ContactType.CUSTODY_STATUS_CHANGE: RecontactCause.CUSTODY_CHANGE,
    ContactType.RELEASE: RecontactCause.RELEASE,
    ContactType.CHARGE_REFERRED: RecontactCause.NEW_CHARGE,
    ContactType.CHARGE_FILED: RecontactCause.NEW_CHARGE,
    ContactType.PROSECUTION_DECISION: RecontactCause.PROSECUTION_DECISION,
    ContactType.WARRANT_ISSUED: RecontactCause.WARRANT,
    ContactType.WARRANT_SERVED: RecontactCause.WARRANT,
    ContactType.WARRANT_QUASHED: RecontactCause.WARRANT,
    ContactType.COURT_EVENT_SET: RecontactCause.COURT_DATE,
    ContactType.FAILURE_TO_APPEAR: RecontactCause.FAILURE_TO_APPEAR,
    ContactType.DISPOSITION: RecontactCause.DISPOSITION,
    ContactType.VICTIM_OF_CRIME_CONTACT: RecontactCause.VICTIM_OF_CRIME,
    ContactType.OVERDOSE_OR_WELFARE_RESPONSE: RecontactCause.OVERDOSE_RESPONSE,
}

# Somebody may be in a cell while the reviewer decides.
CUSTODY = {
    ContactType.ARREST_TAKEN_INTO_CUSTODY,
    ContactType.BOOKING,
    ContactType.CUSTODY_STATUS_CHANGE,
    ContactType.RELEASE,
    ContactType.WARRANT_SERVED,
}


def contact_type_of(report: Report) -> ContactType:
    """A prosecutor's report says only whether the charge was referred or filed."""
    if isinstance(report, ContactReported):
        return report.contact_type
    referred = isinstance(report, NewChargeFiled) and report.kind == "referred"
    return ContactType.CHARGE_REFERRED if referred else ContactType.CHARGE_FILED


def review_due_at(kind: ContactType, now: datetime, zone: ZoneInfo, custody: timedelta) -> datetime:
    """Hours for the custody class, one business day for the others."""
    if kind in CUSTODY:
        return now + custody
    local = now.astimezone(zone) + timedelta(days=1)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return local.astimezone(now.tzinfo)


def recontacted(report: Report, who: Candidate, tier: MatchTier) -> ParticipantRecontacted:
    """The one event that alerts are made from."""
    return ParticipantRecontacted(
        site=who.site,
        subject=who.participant_key,
        occurred_at=report.occurred_at,
        cause=CAUSES[contact_type_of(report)],
        tier=tier,
        receipt=report.receipt,
        reported_by=report.source_system,
        record_version=report.record_version,
        source_record_id=report.source_record_id,
        received_at=report.received_at,
        display_name=who.display_name,
        case_manager=who.case_manager,
        pre_enrollment_conduct=is_pre_enrollment_conduct(report, who.enrolled_at),
        charges=report.charges,
        next_court=report.next_court,
        incident_number=report.incident_number,
        **_details(report),
    )


def _details(report: Report) -> dict[str, Any]:
    """What only one kind of report has."""
    names = ("facility", "arrest_basis", "booking_number", "cause_number")
    return {name: getattr(report, name, None) for name in names}


def is_pre_enrollment_conduct(report: Report, enrolled_at: datetime | None) -> bool:
    """True when every incident behind the charges happened before the person enrolled."""
    incidents = [charge.incident_at for charge in report.charges if charge.incident_at]
    if isinstance(report, NewChargeFiled) and report.incident_at:
        incidents.append(report.incident_at)
    return bool(enrolled_at and incidents and max(incidents) < enrolled_at)


def referred_again(referral: ParticipantReferred, who: Candidate) -> ParticipantRecontacted | None:
    """A new referral of somebody the program already works with, for whoever works with them."""
    if who.case_manager is None and who.enrolled_at is None:
        return None
    return ParticipantRecontacted(
        site=who.site,
        subject=who.participant_key,
        occurred_at=referral.occurred_at,
        cause=RecontactCause.NEW_REFERRAL,
        tier=MatchTier.EXACT,
        receipt=referral.referral_id,
        reported_by=referral.source_system,
        source_record_id=str(referral.referral_id),
        received_at=referral.received_at,
        display_name=who.display_name,
        case_manager=who.case_manager,
        charges=referral.charges,
    )
