"""Feeds over HTTP: signs of life, and when each source was last heard of."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel

from referral.feeds import handlers, repository
from referral.feeds.commands import NoteHeartbeat
from shared.audit import unaudited
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx
from shared.operations import runtime_of
from shared.reports import SourceSystem

router = APIRouter(route_class=IdempotentRoute, tags=["feeds"])

Reporter = Annotated[Caller, Depends(require("agency-reporter"))]
FeedWatcher = Annotated[Caller, Depends(require("ops", "supervisor"))]


class Feed(BaseModel):
    """One source and when it was last heard of."""

    site: str
    source: str
    last_report_at: datetime | None
    last_heartbeat_at: datetime | None
    reports_last_24_hours: int


@router.post("/v1/feeds/{source}/heartbeat", status_code=204)
@unaudited("a machine says that it is there: the feed keeps when it last did")
async def note_heartbeat(source: Annotated[SourceSystem, Path()], caller: Reporter, tx: Tx) -> None:
    """Say that the source is alive, though it has nothing to report."""
    caller.speaking_for(source)
    await handlers.note_heartbeat(NoteHeartbeat(source, tuple(caller.sites)), tx)


@router.get("/v1/feeds")
async def list_feeds(request: Request, caller: FeedWatcher, tx: Tx) -> dict[str, list[Feed]]:
    since = runtime_of(request).clock.now() - timedelta(hours=24)
    rows = await repository.list_feeds(tx, sorted(caller.sites), since)
    return {"items": [Feed(**row) for row in rows]}
