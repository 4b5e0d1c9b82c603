"""Coordination items over HTTP, for the liaison prosecutor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict

from prosecution_hook.admission import approved
from prosecution_hook.coordination import handlers, repository
from prosecution_hook.coordination.commands import DecideItem
from prosecution_hook.coordination.domain import ItemState, Word
from prosecution_hook.coordination.errors import NoSuchItem
from prosecution_hook.coordination.views import ItemView, view_of
from prosecution_hook.offices import OfficeCaller
from shared.edges import Expected, etag
from shared.errors import Malformed
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.paging import Limit, Page, page_of

router = APIRouter(prefix="/v1/coordination", tags=["coordination"], route_class=IdempotentRoute)

Liaison = Annotated[OfficeCaller, Depends(approved("liaison-prosecutor"))]


class DecisionBody(Word):
    """The decision (required for a charge), what the coordination came to, and why."""

    model_config = ConfigDict(extra="forbid")


@router.get("", responses=problems(400, 401, 403, 422))
async def list_items(
    caller: Liaison,
    tx: Tx,
    state: ItemState = ItemState.OPEN,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Page[ItemView]:
    """The items that a consent covers now, the most urgent first. Others are not hinted at."""
    views = await visible_items(caller, tx, state)
    return page_of(_after(views, cursor)[: limit + 1], limit, _place)


async def visible_items(caller: OfficeCaller, tx: Tx, state: ItemState) -> list[ItemView]:
    items = await repository.list_items(tx, caller, state)
    views = [await view_of(item, caller, tx) for item in items]
    return [view for view in views if view is not None]


def _place(item: ItemView) -> str:
    return f"{item.due_at.isoformat()}_{item.id}"


def _after(views: Sequence[ItemView], cursor: str | None) -> Sequence[ItemView]:
    """By the place in the order, so that an item that was decided meanwhile repeats no page."""
    if cursor is None:
        return views
    due_at, _, item_id = cursor.partition("_")
    try:
        place = (datetime.fromisoformat(due_at), UUID(item_id))
        return [view for view in views if (view.due_at, view.id) > place]
    except (ValueError, TypeError):
        raise Malformed("The cursor is not one that this list gave.") from None


@router.post("/{item_id}/decision", responses=problems(401, 403, 404, 409, 412, 422))
async def decide_item(
    item_id: UUID,
    body: DecisionBody,
    caller: Liaison,
    expected: Expected,
    tx: Tx,
    response: Response,
) -> ItemView:
    command = DecideItem(item_id, Word(**body.model_dump()), caller, expected)
    item = await handlers.decide_item(command, tx)
    response.headers.update(etag(item.version))
    view = await view_of(item, caller, tx)
    if view is None:
        raise NoSuchItem
    return view
