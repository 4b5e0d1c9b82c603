"""The team board as a page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from notifier import views
from notifier.auditing.repository import find_heartbeat
from notifier.feeds.repository import list_silent
from notifier.pages import PAGES
from notifier.team.repository import list_board
from shared.callers import Caller
from shared.idempotency import Tx
from shared.page_session import PageRoute, require_page

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Supervisor = Annotated[Caller, Depends(require_page("supervisor"))]


@router.get("/team")
async def show_team(request: Request, caller: Supervisor, tx: Tx) -> Response:
    """A row per person: what waits with them, since when, what is late, and who is away."""
    rows = await list_board(tx, sorted(caller.sites))
    return PAGES.render(
        request,
        "team.html",
        caller=caller,
        rows=rows,
        unanswered=sum(row.unanswered for row in rows),
        overdue=sum(row.overdue for row in rows),
        silent=await list_silent(tx, caller.sites),
        auditor=views.heartbeat_of(await find_heartbeat(tx), tx.now),
    )
