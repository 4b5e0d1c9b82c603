"""What differs from site to site and is not policy: its time zone."""

from functools import cache
from zoneinfo import ZoneInfo

# Clocks on pages and working hours follow these; storage and events stay in UTC.
ZONES = {
    "king-county": "America/Los_Angeles",
    "santa-fe": "America/Denver",
}


@cache
def zone_of(site: str) -> ZoneInfo:
    """The site's time zone; UTC for a site that has none here."""
    return ZoneInfo(ZONES.get(site, "UTC"))
