"""Time as pages tell it: "12 min ago", 02:58 and "Tue 3 Feb", in the site's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shared.sites import zone_of

MINUTE, HOUR, DAY = 60, 3600, 86_400
DAYS_COUNTED = 300


def ago(value: datetime, now: datetime) -> str:
    """ "just now", "12 min ago", "in 3 h"; where the day alone could be of another year, a date."""
    seconds = (now - value).total_seconds()
    if abs(seconds) < MINUTE:
        return "just now"
    if abs(seconds) >= DAYS_COUNTED * DAY:
        return f"on {_date(value.astimezone(UTC))} {value.astimezone(UTC).year}"
    amount = _amount(abs(seconds))
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


def _amount(seconds: float) -> str:
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h"
    days = int(seconds // DAY)
    return "1 day" if days == 1 else f"{days} days"


def clock_time(value: datetime, site: str | None) -> str:
    """The time of day where the site is: 02:58."""
    return value.astimezone(_zone(site)).strftime("%H:%M")


def short_date(value: datetime, site: str | None) -> str:
    """The day where the site is: Tue 3 Feb."""
    return _date(value.astimezone(_zone(site)))


def _zone(site: str | None) -> ZoneInfo:
    return zone_of(site or "")


def _date(value: datetime) -> str:
    return f"{value:%a} {value.day} {value:%b}"
