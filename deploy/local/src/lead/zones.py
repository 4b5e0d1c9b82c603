"""The time zone of a site, for files whose times have no offset."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from lead.client import Api, read_token
from lead.sample_staff import SITE_TIME_ZONES

# The name of a site's zone, such as America/Denver; None when none is set.
ZoneOf = Callable[[str], str | None]


def sample_zone(site: str) -> str | None:
    """The zone of one of the sample's sites, without a running system."""
    return SITE_TIME_ZONES.get(site)


def zones_of(url: str, token_file: Path) -> ZoneOf:
    """Looks zones up in the running system, which knows what each site has set.

    The lookup raises Refused (the token belongs to another site) or Unreachable.
    """

    def zone_of(site: str) -> str | None:
        with Api(url, read_token(token_file)) as api:
            answer = api.get(f"/referral/v1/sites/{quote(site, safe='')}/time-zone")
        zone: str | None = answer["time_zone"]
        return zone

    return zone_of
