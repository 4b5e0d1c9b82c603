"""What a matched report means for the case manager: its cause, and the event that alerts them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casework.matching.domain import Candidate
from shared.events import (
    CaseDisposed,
    ContactReported,
    ContactType,
    CourtDateSet,
    MatchTier,
    NewChargeFiled,
    ParticipantRecontacted,
    ParticipantReferred,
    ProsecutionDecisionMade,
    RecontactCause,
    ReferralAttached,
    Report,
    WarrantCleared,
    WarrantIssued,
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
    # Serving a warrant takes somebody into custody: it is answered as an arrest is.
    ContactType.WARRANT_SERVED: RecontactCause.ARREST,
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


# Reports of prosecutors and courts by their type, and by what one field of theirs says.
CASE_REPORTS: dict[type[Report], tuple[str, ContactType, dict[str, ContactType]]] = {
    NewChargeFiled: (
        "kind", ContactType.CHARGE_FILED, {"referred": ContactType.CHARGE_REFERRED},
    ),
    ProsecutionDecisionMade: ("decision", ContactType.PROSECUTION_DECISION, {}),
    WarrantIssued: ("basis", ContactType.WARRANT_ISSUED, {}),
    WarrantCleared: (
        "outcome", ContactType.WARRANT_QUASHED, {"served": ContactType.WARRANT_SERVED},
    ),
    CourtDateSet: (
        "kind", ContactType.COURT_EVENT_SET, {"failure_to_appear": ContactType.FAILURE_TO_APPEAR},
    ),
    CaseDisposed: ("disposition", ContactType.DISPOSITION, {}),
}  # fmt: skip


def contact_type_of(report: Report) -> ContactType:
    """What kind of contact it is; a prosecutor's or court's report is told by its type."""
    if isinstance(report, ContactReported):
        return report.contact_type
    field, usual, special = CASE_REPORTS[type(report)]
    return special.get(getattr(report, field) or "", usual)


def outcome_of(report: Report) -> str | None:
    """What a prosecutor's or court's report says happened: a word of prosecution-hook's lists."""
    if type(report) not in CASE_REPORTS:
        return None
    said: str | None = getattr(report, CASE_REPORTS[type(report)][0])
    return said


def review_due_at(kind: ContactType, now: datetime, zone: ZoneInfo, custody: timedelta) -> datetime:
    """Hours for the custody class, one business day for the others."""
    if kind in CUSTODY:
        return now + custody
    local = now.astimezone(zone) + timedelta(days=1)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return local.astimezone(now.tzinfo)


def recontacted(
    report: Report, who: Candidate, tier: MatchTier, *, late: bool = False
) -> ParticipantRecontacted:
    """The one event that alerts are made from."""
    return ParticipantRecontacted(
        site=who.site,
        subject=who.participant_key,
        occurred_at=report.occurred_at,
        cause=CAUSES[contact_type_of(report)],
        tier=tier,
        late=late,
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
    kind = contact_type_of(report)
    names = (
        "facility", "arrest_basis", "booking_number", "cause_number",
        "warrant_number", "court", "filed_at",
    )  # fmt: skip
    details = {name: getattr(report, name, None) for name in names}
    details |= {"contact_type": kind, "outcome": outcome_of(report)}
    if kind is ContactType.WARRANT_SERVED and not isinstance(report, ContactReported):
        details["arrest_basis"] = "warrant"
    return details


def is_pre_enrollment_conduct(report: Report, enrolled_at: datetime | None) -> bool:
    """True when every incident behind the charges happened before the person enrolled."""
    incidents = [charge.incident_at for charge in report.charges if charge.incident_at]
    if incident_at := getattr(report, "incident_at", None):
        incidents.append(incident_at)
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


def attached(referral: ParticipantReferred, key: str, tier: MatchTier) -> ReferralAttached:
    """For the referral desk: the referred person is known, or may be."""
    return ReferralAttached(
        site=referral.site,
        subject=key,
        occurred_at=referral.received_at,
        referral_id=referral.referral_id,
        referred_as=referral.subject,
        tier=tier,
    )
