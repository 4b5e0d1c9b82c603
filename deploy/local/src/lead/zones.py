"""The time zone of a site, as far as this machine knows it."""

from lead.sample_staff import SITE_TIME_ZONES


def zone_name(site: str) -> str | None:
    """The name of the site's zone, such as America/Denver; None when it is not known.

    This machine knows the sample's sites only. What a real site has set is answered by
    `GET /referral/v1/sites/{site}/time-zone` (shared/site_api.py).
    """
    return SITE_TIME_ZONES.get(site)
