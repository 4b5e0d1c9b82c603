"""The timeline over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from casework.edges import Key
from casework.participants import repository as files
from casework.timeline.repository import SOURCES, list_timeline
from shared.callers import Caller, require
from shared.errors import Malformed
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of

router = APIRouter(prefix="/v1/participants", tags=["timeline"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Kind = Annotated[str, Field(pattern=f"^({'|'.join(SOURCES)})$")]


class TimelineEntry(BaseModel):
    """Something that happened; what `detail` holds depends on `kind`."""

    at: datetime
    id: UUID
    kind: str
    detail: dict[str, Any]


@router.get("/{key}/timeline", summary="What happened, newest first")
async def show_timeline(
    key: Key,
    caller: Staff,
    tx: Tx,
    kind: Annotated[list[Kind], Query(max_length=20)] = [],  # noqa: B006 - never changed
    limit: Limit = 50,
    cursor: str | None = None,
) -> Page[TimelineEntry]:
    await files.get_file(tx, key, caller.sites)
    rows = await list_timeline(tx, key, limit + 1, position(cursor), kind)
    entries = [TimelineEntry(**row) for row in rows]
    return page_of(entries, limit, lambda entry: f"{entry.at.isoformat()}_{entry.id}")


def position(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Where a page begins. Raises Malformed."""
    if cursor is None:
        return None
    at, _, entry_id = cursor.partition("_")
    try:
        # A plus sign that was not escaped in the query arrives as a space.
        moment = datetime.fromisoformat(at.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(entry_id)
    except ValueError:
        raise Malformed("The cursor is not one that this list gave.") from None
