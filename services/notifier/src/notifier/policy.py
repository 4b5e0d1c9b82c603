"""How urgent a contact is, and by when somebody must have answered. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.events import RecontactCause

SATURDAY = 5


class AlertClass(StrEnum):
    """What kind of contact an alert is about, most urgent first."""

    CUSTODY = "custody"
    SAFETY = "safety"
    LEGAL = "legal"
    FIELD = "field"


CLASSES: dict[RecontactCause, AlertClass] = {
    RecontactCause.ARREST: AlertClass.CUSTODY,
    RecontactCause.BOOKING: AlertClass.CUSTODY,
    RecontactCause.CUSTODY_CHANGE: AlertClass.CUSTODY,
    RecontactCause.RELEASE: AlertClass.CUSTODY,
    RecontactCause.NEW_CHARGE: AlertClass.LEGAL,
    RecontactCause.PROSECUTION_DECISION: AlertClass.LEGAL,
    RecontactCause.WARRANT: AlertClass.LEGAL,
    RecontactCause.COURT_DATE: AlertClass.LEGAL,
    RecontactCause.FAILURE_TO_APPEAR: AlertClass.LEGAL,
    RecontactCause.DISPOSITION: AlertClass.LEGAL,
    RecontactCause.VICTIM_OF_CRIME: AlertClass.SAFETY,
    RecontactCause.OVERDOSE_RESPONSE: AlertClass.SAFETY,
    RecontactCause.POLICE_CONTACT: AlertClass.FIELD,
    RecontactCause.CITATION: AlertClass.FIELD,
    RecontactCause.NEW_REFERRAL: AlertClass.FIELD,
}


def more_urgent(one: AlertClass, other: AlertClass) -> AlertClass:
    """The one that asks for the sooner answer."""
    order = list(AlertClass)
    return min(one, other, key=order.index)


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long a site waits for an answer before it asks the next person (domain.md T6, T7)."""

    custody_minutes: int = 30
    safety_minutes: int = 30
    legal_business_days: int = 1


def due_at(kind: AlertClass, clocks: Clocks, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the next person is asked; None for what needs no answer."""
    match kind:
        case AlertClass.CUSTODY:
            return now + timedelta(minutes=clocks.custody_minutes)
        case AlertClass.SAFETY:
            return now + timedelta(minutes=clocks.safety_minutes)
        case AlertClass.LEGAL:
            return business_days_after(now, clocks.legal_business_days, zone)
        case AlertClass.FIELD:
            return None


def business_days_after(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of day, so many working days on; a weekend's clock starts on Monday morning."""
    local = start.astimezone(zone)
    if local.weekday() >= SATURDAY:
        monday = local.date() + timedelta(days=7 - local.weekday())
        local = datetime.combine(monday, time(), zone)
    while days:
        local += timedelta(days=1)
        days -= local.weekday() < SATURDAY
    return local.astimezone(start.tzinfo)


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two times; none is later than any."""
    given = [at for at in (one, other) if at is not None]
    return min(given, default=None)
