"""Each site's time zone: clocks, working hours, days and deadlines follow it; storage is in UTC.

The zone belongs to the site's policy, which casework keeps and every service follows
(shared/site_zones.py). Until a site has set one, the deployment's SITE_TIME_ZONES holds.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.text import ONE_LINE

_UTC = ZoneInfo("UTC")
# What the deployment says, and what policies say, which goes before it.
_deployed: dict[str, ZoneInfo] = {}
_set: dict[str, ZoneInfo] = {}


def zone_of(site: str) -> ZoneInfo:
    """The site's time zone; UTC for a site that nobody has set one for."""
    return known_zone(site) or _UTC


def known_zone(site: str) -> ZoneInfo | None:
    """The zone that was set for the site; None when there is none."""
    return _set.get(site) or _deployed.get(site)


def deploy_zones(zones: Mapping[str, str]) -> None:
    """Take the deployment's zones, by site."""
    _deployed.update({site: ZoneInfo(name) for site, name in zones.items()})


def follow_policies(zones: Mapping[str, str]) -> None:
    """Take what the policies of all sites say now."""
    found = {site: ZoneInfo(name) for site, name in zones.items()}
    for site in _set.keys() - found.keys():
        del _set[site]
    _set.update(found)


@cache
def zone_names() -> frozenset[str]:
    """Every zone by its name in the IANA database, such as America/Chicago."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def _is_zone(value: str) -> str:
    if value not in zone_names():
        raise PydanticCustomError(
            "unknown_time_zone",
            "Give a name of the IANA time zone database, such as America/Chicago.",
        )
    return value


TimeZoneName = Annotated[str, Field(max_length=60), ONE_LINE, AfterValidator(_is_zone)]
