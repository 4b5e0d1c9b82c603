"""The site's own settings as a page: its time zone."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from casework.pages.board import PAGES
from casework.pages.forms import Text, Version, checked
from casework.policies import handlers, repository
from casework.policies.commands import SetPolicy
from shared.callers import Caller
from shared.edges import Body
from shared.idempotency import Tx
from shared.page_session import PageRoute, require_page, root_of
from shared.sites import TimeZoneName, known_zone, zone_names

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Keeper = Annotated[Caller, Depends(require_page("supervisor", "program-manager"))]
Site = Annotated[str | None, Query(max_length=63, pattern="^[a-z0-9][a-z0-9-]*$")]
# The list to choose from; any other zone of the IANA database can be typed.
OFFERED = ("America/", "Pacific/")


class _Zone(Body):
    time_zone: TimeZoneName | None = None


@router.get("/site")
async def show_site(request: Request, caller: Keeper, tx: Tx, site: Site = None) -> Response:
    sites = sorted(caller.sites)
    here = site or sites[0]
    caller.at_site(here)
    version = await repository.find_version(tx, here)
    context: dict[str, Any] = {
        "site": here,
        "sites": sites,
        "version": version.version if version else 0,
        "own": version.policy.time_zone if version else None,
        "zone": known_zone(here),
        "zones": sorted(name for name in zone_names() if name.startswith(OFFERED)),
    }
    return PAGES.render(request, "site.html", caller=caller, **context)


@router.post("/site")
async def set_site(
    request: Request,
    caller: Keeper,
    tx: Tx,
    site: Annotated[str, Form()],
    time_zone: Text = "",
    version: Version = None,
) -> Response:
    """The next version of the site's policy, which differs in the zone only."""
    caller.at_site(site)
    body = checked(_Zone, time_zone=time_zone.strip())
    policy = await repository.policy_at(tx, site)
    changed = policy.model_copy(update={"time_zone": body.time_zone})
    await handlers.set_policy(SetPolicy(site, changed, caller.sub, version), tx)
    return RedirectResponse(f"{root_of(request)}/site?site={site}", 303)
