"""Open items over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from casework.work import handlers, repository
from casework.work.commands import TickOff
from casework.work.domain import Outcome, WorkKind
from shared.callers import Caller, require
from shared.edges import Body
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of

router = APIRouter(prefix="/v1/work", tags=["work"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]


class ItemAnswer(BaseModel):
    """One thing to do, for whoever is responsible."""

    id: UUID
    participant_key: str
    kind: WorkKind
    reference: str
    responsible: str | None
    opened_at: datetime
    due_at: datetime | None


class ClosureBody(Body):
    """How it ended."""

    outcome: Outcome = Outcome.DONE


class ClosureAnswer(BaseModel):
    """An item that is closed."""

    id: UUID
    kind: WorkKind
    outcome: Outcome
    closed_at: datetime


@router.get("", summary="Open items, the first due first")
async def list_work(
    caller: Staff,
    tx: Tx,
    mine: bool = False,
    participant_key: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[ItemAnswer]:
    rows = await repository.list_open(
        tx,
        caller.sites,
        limit=limit + 1,
        participant_key=participant_key,
        responsible=caller.sub if mine else None,
        after=cursor,
    )
    items = [ItemAnswer.model_validate(dict(row)) for row in rows]
    return page_of(items, limit, lambda item: str(item.id))


@router.post("/{item_id}/closure", summary="Tick an item off")
async def close_item(item_id: UUID, body: ClosureBody, caller: Staff, tx: Tx) -> ClosureAnswer:
    command = TickOff(item_id, body.outcome, caller.sub, caller.sites)
    item = await handlers.tick_off(command, tx)
    return ClosureAnswer.model_validate(item, from_attributes=True)
