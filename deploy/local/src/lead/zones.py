"""The time zone of a site, as far as this machine knows it."""

from shared import sites


def zone_name(site: str) -> str | None:
    """The name of the site's zone, such as America/Denver; None when it is not known."""
    return sites.ZONES.get(site)
