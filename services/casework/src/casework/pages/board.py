"""The caseload board: who has whom, what is due, who is full or unreachable."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from casework.assignments.api import policy_of
from casework.assignments.handlers import limits_at
from casework.pages import repository, words
from casework.pages.roster import roster_of
from casework.participants.person import display_name
from shared.callers import Caller
from shared.idempotency import Tx
from shared.page_session import PageRoute, require_page
from shared.pages import templates

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGES = templates("casework")

Staff = Annotated[Caller, Depends(require_page("case-manager", "supervisor"))]
SHOWN = 200
UNASSIGNED = "-"


@router.get("/caseload")
async def show_caseload(
    request: Request,
    caller: Staff,
    tx: Tx,
    of: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]+$")] = None,
) -> Response:
    """A supervisor sees the team, and who waits for a case manager; everybody sees a caseload."""
    sites = sorted(caller.sites)
    whose = of or (UNASSIGNED if caller.has("supervisor") else caller.sub)
    wanted = None if whose == UNASSIGNED else whose
    people = await repository.list_caseload(tx, sites, wanted, SHOWN)
    limits = {site: await limits_at(tx, site, policy_of(request)) for site in sites}
    context: dict[str, Any] = {
        "team": await repository.list_team(tx, sites) if caller.has("supervisor") else [],
        "limits": limits,
        "people": people,
        "whose": wanted,
        "is_own": wanted == caller.sub,
        "short_name": display_name,
        "roster": await roster_of(tx, sites),
        "words": words,
    }
    return PAGES.render(request, "caseload.html", caller=caller, **context)
