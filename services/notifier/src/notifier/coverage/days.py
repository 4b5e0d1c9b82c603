"""Coverage day by day, as a page shows it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.coverage.views import CoverageView


@dataclass(frozen=True, slots=True)
class Shift:
    """Who has a rotation's duty, from when within the day; nobody when `sub` is None."""

    rotation: str
    sub: str | None
    turn: str
    begins_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day on the site's clock."""

    day: date
    shifts: list[Shift] = field(default_factory=list)
    away: list[tuple[str, str | None]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


def by_day(shown: CoverageView, now: datetime, count: int, zone: ZoneInfo) -> list[Day]:
    """So many days from today on."""
    first = now.astimezone(zone).date()
    return [_day(shown, first + timedelta(days=number), zone) for number in range(count)]


def _day(shown: CoverageView, day: date, zone: ZoneInfo) -> Day:
    start = datetime.combine(day, time(), zone)
    until = datetime.combine(day + timedelta(days=1), time(), zone)
    away = [
        (absence.sub, absence.backup)
        for absence in shown.absences
        if absence.starts_at < until and absence.ends_at > start
    ]
    gaps = {gap.sub for gap in shown.gaps if gap.gap_from < until and gap.gap_until > start}
    return Day(day, list(_shifts(shown, start, until)), away, sorted(gaps))


def _shifts(shown: CoverageView, start: datetime, until: datetime) -> Iterator[Shift]:
    for rotation in shown.rotations:
        for duty in rotation.duties:
            if duty.starts_at < until and duty.ends_at > start:
                begins = duty.starts_at if duty.starts_at > start else None
                yield Shift(rotation.name, duty.sub, duty.turn, begins)
