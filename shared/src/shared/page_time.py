"""Time as pages tell it: "12 min ago", "02:58 PST", "Tue 3 Feb" and "Tue 3 Feb 2028".

The only place that writes a date or a time of day for people. Everything is in the site's zone, a
time of day names it, and a day of another year than the current one has its year.
"""

from datetime import date, datetime, time

from shared.sites import zone_of

MINUTE, HOUR, DAY = 60, 3600, 86_400
DAYS_COUNTED = 300


def ago(value: datetime, now: datetime, site: str | None = None) -> str:
    """ "just now", "12 min ago", "in 3 h"; where the day alone could be of another year, a date."""
    seconds = (now - value).total_seconds()
    if abs(seconds) < MINUTE:
        return "just now"
    if abs(seconds) >= DAYS_COUNTED * DAY:
        day = value.astimezone(zone_of(site or "")).date()
        return f"on {_weekday(day)} {day.year}"
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
    """The time of day where the site is, and its zone: 02:58 PST."""
    local = value.astimezone(zone_of(site or ""))
    return f"{local:%H:%M} {_zone_name(local)}"


def _zone_name(local: datetime) -> str:
    """PST, or UTC-03 where the zone has no letters."""
    name = local.tzname() or "UTC"
    return name if name[0].isalpha() else f"UTC{name}"


def time_of_day(value: time) -> str:
    """A time of a daily rule, which is of no day and on the site's clock: 09:00."""
    return f"{value:%H:%M}"


def short_date(value: date, site: str | None, now: datetime) -> str:
    """A day, or the day where the site is: Tue 3 Feb; of another year, Tue 3 Feb 2028."""
    zone = zone_of(site or "")
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    this_year = now.astimezone(zone).year
    return _weekday(day) if day.year == this_year else f"{_weekday(day)} {day.year}"


def full_date(value: date) -> str:
    """A day of any year, as a birth date: 03 Feb 1980."""
    return f"{value:%d %b} {value.year:04}"


def printed(value: datetime, site: str | None) -> str:
    """For paper, which is read in any year: 3 February 2026, 02:58 PST."""
    local = value.astimezone(zone_of(site or ""))
    return f"{local.day} {local:%B} {local.year}, {clock_time(value, site)}"


def day_in_words(value: datetime, site: str | None) -> str:
    """For a message: February 3, 2026."""
    local = value.astimezone(zone_of(site or ""))
    return f"{local:%B} {local.day}, {local.year}"


def form_time(value: datetime, site: str | None) -> str:
    """As a form's field for a moment takes it: 2026-02-03T02:58."""
    return f"{value.astimezone(zone_of(site or '')):%Y-%m-%dT%H:%M}"


def _weekday(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
