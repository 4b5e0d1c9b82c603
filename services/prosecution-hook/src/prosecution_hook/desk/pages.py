"""The liaison desk as pages: plain links and forms, nothing else needed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from prosecution_hook.admission import approved_on_pages
from prosecution_hook.coordination import handlers as coordination
from prosecution_hook.coordination import repository as items
from prosecution_hook.coordination.api import visible_items
from prosecution_hook.coordination.commands import DecideItem
from prosecution_hook.coordination.domain import Decision, ItemState, Outcome, Rationale, Word
from prosecution_hook.coordination.errors import NoSuchItem
from prosecution_hook.coordination.views import view_of
from prosecution_hook.desk.words import TEMPLATE_WORDS
from prosecution_hook.holds import handlers as holds
from prosecution_hook.holds import repository as hold_rows
from prosecution_hook.holds.api import view_of as hold_view
from prosecution_hook.holds.commands import ExtendHold, ResolveHold
from prosecution_hook.holds.domain import (
    ExtensionReason,
    HoldState,
    Resolution,
    ResolutionReason,
)
from prosecution_hook.holds.repository import Span
from prosecution_hook.ledger import repository as ledger
from prosecution_hook.offices import OfficeCaller
from shared.dates import Day
from shared.idempotency import Tx
from shared.page_session import PageRoute, root_of
from shared.pages import templates
from shared.reports import Name

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGES = templates("prosecution_hook")
SHOWN = 100

Liaison = Annotated[OfficeCaller, Depends(approved_on_pages("liaison-prosecutor"))]


@router.get("/desk")
async def show_desk(request: Request, caller: Liaison, tx: Tx) -> Response:
    """What waits, the most urgent first; then the holds by their deadlines."""
    waiting = Span((HoldState.HELD, HoldState.UNDER_REVIEW), SHOWN)
    held = await hold_rows.list_holds(tx, caller, waiting)
    views = [await hold_view(hold, caller, tx) for hold in held]
    return PAGES.render(
        request,
        "desk.html",
        caller=caller,
        items=await visible_items(caller, tx, ItemState.OPEN),
        holds=sorted(views, key=lambda hold: hold.deadline_at),
        **TEMPLATE_WORDS,
    )


@router.get("/desk/items/{item_id}")
async def show_item(request: Request, item_id: UUID, caller: Liaison, tx: Tx) -> Response:
    """One item: its matter, the case manager's answer, the ledger, the decision."""
    view = await view_of(await items.get_item(tx, caller, item_id), caller, tx)
    if view is None:
        raise NoSuchItem
    matters = await ledger.list_matters(tx, view.participant_key, view.site)
    return PAGES.render(
        request, "item.html", caller=caller, item=view, matters=matters, **TEMPLATE_WORDS
    )


@router.post("/desk/items/{item_id}/decision")
async def decide_item(
    request: Request,
    item_id: UUID,
    caller: Liaison,
    tx: Tx,
    outcome: Annotated[Outcome, Form()],
    rationale: Annotated[Rationale, Form()],
    decision: Annotated[Decision | None, Form()] = None,
) -> Response:
    word = Word(decision=decision, outcome=outcome, rationale=rationale)
    await coordination.decide_item(DecideItem(item_id, word, caller), tx)
    return RedirectResponse(f"{root_of(request)}/desk", 303)


@router.get("/desk/holds/{hold_id}")
async def show_hold(request: Request, hold_id: UUID, caller: Liaison, tx: Tx) -> Response:
    hold = await hold_rows.get_hold(tx, caller, hold_id)
    view = await hold_view(hold, caller, tx)
    return PAGES.render(request, "hold.html", caller=caller, hold=view, **TEMPLATE_WORDS)


@router.post("/desk/holds/{hold_id}/resolution")
async def resolve_hold(
    request: Request,
    hold_id: UUID,
    caller: Liaison,
    tx: Tx,
    resolution: Annotated[Resolution, Form()],
    rationale: Annotated[ResolutionReason, Form()],
) -> Response:
    command = ResolveHold(hold_id, resolution, rationale, caller, None)
    await holds.resolve_hold(command, tx)
    return RedirectResponse(f"{root_of(request)}/desk", 303)


@router.post("/desk/holds/{hold_id}/extension")
async def extend_hold(
    request: Request,
    hold_id: UUID,
    caller: Liaison,
    tx: Tx,
    until: Annotated[Day, Form()],
    reason: Annotated[ExtensionReason, Form()],
    approved_by: Annotated[Name | None, Form()] = None,
) -> Response:
    command = ExtendHold(hold_id, until, reason, approved_by, caller, None)
    await holds.extend_hold(command, tx)
    return RedirectResponse(f"{root_of(request)}/desk/holds/{hold_id}", 303)
