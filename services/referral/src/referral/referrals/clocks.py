"""Clocks of a referral that count working days in the site's zone."""

from datetime import datetime, time, timedelta

from shared.sites import zone_of

END_OF_DAY = time(17)
_SATURDAY = 5


def outreach_due_at(site: str, now: datetime, business_days: int) -> datetime:
    """The end of the working day by which somebody should have gone to see the person (T2)."""
    zone = zone_of(site)
    day, left = now.astimezone(zone).date(), business_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return datetime.combine(day, END_OF_DAY, zone)
