"""A site's time zone over HTTP, for whoever sends files whose times have no offset."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from shared.callers import ROLES, Caller, require
from shared.idempotency import IdempotentRoute, Tx
from shared.sites import known_zone

router = APIRouter(prefix="/v1/sites", tags=["sites"], route_class=IdempotentRoute)

Anybody = Annotated[Caller, Depends(require(*ROLES))]
Site = Annotated[str, Path(max_length=63, pattern="^[a-z0-9][a-z0-9-]*$")]


class SiteTimeZone(BaseModel):
    """`time_zone`: a name of the IANA database; null while nobody has set one for the site."""

    site: str
    time_zone: str | None


@router.get("/{site}/time-zone", summary="A site's time zone")
async def show_time_zone(site: Site, caller: Anybody, tx: Tx) -> SiteTimeZone:
    """The zone on whose clock the site lives, for any token of the site.

    `GET /referral/v1/sites/{site}/time-zone` answers `{"site": "...", "time_zone":
    "America/Chicago"}`. A file's times without an offset are on this clock; with null, whoever
    reads the file must be told the zone.
    """
    caller.at_site(site)
    zone = known_zone(site)
    return SiteTimeZone(site=site, time_zone=zone.key if zone else None)
