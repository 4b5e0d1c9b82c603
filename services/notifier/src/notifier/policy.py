"""How urgent a contact is, and by when somebody must have answered. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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
    HISTORY = "history"  # whatever it is about: it was old when it arrived


# These need no answer, and wait for the end of quiet hours and for a digest.
CAN_WAIT = (AlertClass.FIELD, AlertClass.HISTORY)


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
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Ages:
    """How old a contact may be when it arrives, in hours by class, to be told at once.

    Who was booked longer ago than `held_days` is not taken to be in jail still.
    """

    custody_old_hours: int = 72
    safety_old_hours: int = 72
    legal_old_hours: int = 720
    field_old_hours: int = 72
    held_days: int = 90

    def limit(self, kind: AlertClass) -> timedelta:
        hours: int = getattr(self, f"{kind}_old_hours")
        return timedelta(hours=hours)


USUAL_AGES = Ages()


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nobody is disturbed with what can wait, on the site's clock, and when it comes instead.

    `digests`: the times of day at which what can wait is told, all of it in one message.
    """

    starts: time | None = None
    ends: time | None = None
    digests: tuple[time, ...] = ()


NEVER_QUIET = Quiet()


def due_at(kind: AlertClass, clocks: Clocks, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the next person is asked; None for what needs no answer."""
    match kind:
        case AlertClass.CUSTODY:
            return now + timedelta(minutes=clocks.custody_minutes)
        case AlertClass.SAFETY:
            return now + timedelta(minutes=clocks.safety_minutes)
        case AlertClass.LEGAL:
            return business_days_after(now, clocks.legal_business_days, zone, clocks.holidays)
        case AlertClass.FIELD | AlertClass.HISTORY:
            return None


def answer_by(
    kind: AlertClass, clocks: Clocks, now: datetime, zone: ZoneInfo, patience: int | None
) -> datetime | None:
    """When the next person is asked: by the site's clock, or sooner where somebody wants it."""
    due = due_at(kind, clocks, now, zone)
    return min(due, now + timedelta(minutes=patience)) if due and patience else due


def business_days_after(
    start: datetime, days: int, zone: ZoneInfo, holidays: Collection[date] = ()
) -> datetime:
    """The same time of day, so many working days on. What starts on a day off starts in the first
    minute of the next working day."""
    local = start.astimezone(zone)
    if _is_off(local.date(), holidays):
        local = datetime.combine(_next_working_day(local.date(), holidays), time(), zone)
    day = local.date()
    for _ in range(days):
        day = _next_working_day(day, holidays)
    return datetime.combine(day, local.time(), zone).astimezone(start.tzinfo)


def _is_off(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() >= SATURDAY or day in holidays


def _next_working_day(day: date, holidays: Collection[date]) -> date:
    day += timedelta(days=1)
    while _is_off(day, holidays):
        day += timedelta(days=1)
    return day


def send_at(kind: AlertClass, quiet: Quiet, now: datetime, zone: ZoneInfo) -> datetime:
    """When a message may leave: at once, but for what can wait (domain.md 7.5, rule 3).

    It waits for the next digest, and never comes in quiet hours.
    """
    if kind not in CAN_WAIT:
        return now
    local = now.astimezone(zone)
    if quiet.digests:
        local = min(_next(at, local, zone) for at in quiet.digests)
    if quiet.starts is not None and quiet.ends is not None and _is_quiet(quiet, local.time()):
        local = _next(quiet.ends, local, zone)
    return max(now, local.astimezone(now.tzinfo))


def _is_quiet(quiet: Quiet, at: time) -> bool:
    starts, ends = quiet.starts or time(), quiet.ends or time()
    return starts <= at < ends if starts <= ends else at >= starts or at < ends


def _next(at: time, local: datetime, zone: ZoneInfo) -> datetime:
    """The next time that the site's clock shows this. Compared as moments: an hour may come
    twice."""
    for days in range(3):
        found = datetime.combine(local.date() + timedelta(days=days), at, zone)
        if found.astimezone(UTC) > local.astimezone(UTC):
            return found
    return local


def sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two times; none is later than any."""
    given = [at for at in (one, other) if at is not None]
    return min(given, default=None)
