"""Coordination items over HTTP, for the liaison prosecutor."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict

from prosecution_hook.admission import approved
from prosecution_hook.coordination import handlers, repository
from prosecution_hook.coordination.commands import DecideItem
from prosecution_hook.coordination.domain import ItemState, Word
from prosecution_hook.coordination.errors import NoSuchItem
from prosecution_hook.coordination.views import ItemView, view_of
from prosecution_hook.offices import OfficeCaller
from shared.edges import Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.paging import Limit, Page, page_of

router = APIRouter(prefix="/v1/coordination", tags=["coordination"], route_class=IdempotentRoute)

Liaison = Annotated[OfficeCaller, Depends(approved("liaison-prosecutor"))]


class DecisionBody(Word):
    """The decision (required for a charge), what the coordination came to, and why."""

    model_config = ConfigDict(extra="forbid")


@router.get("", responses=problems(401, 403, 422))
async def list_items(
    caller: Liaison,
    tx: Tx,
    state: ItemState = ItemState.OPEN,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[ItemView]:
    """The items that a consent covers now, the most urgent first. Others are not hinted at."""
    views = await visible_items(caller, tx, state)
    return page_of(_after(views, cursor)[: limit + 1], limit, lambda item: str(item.id))


async def visible_items(caller: OfficeCaller, tx: Tx, state: ItemState) -> list[ItemView]:
    items = await repository.list_items(tx, caller, state)
    views = [await view_of(item, caller, tx) for item in items]
    return [view for view in views if view is not None]


def _after(views: Sequence[ItemView], cursor: UUID | None) -> Sequence[ItemView]:
    places = [number for number, view in enumerate(views, 1) if view.id == cursor]
    return views[places[0] :] if places else views


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
