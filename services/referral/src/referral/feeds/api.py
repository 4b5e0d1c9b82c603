"""Feeds over HTTP: signs of life, what a site expects, and what was missed."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from referral.feeds import handlers, repository
from referral.feeds.commands import NoteHeartbeat, PutFeedPolicy
from shared.audit import unaudited
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.reports import Site, SourceSystem

router = APIRouter(route_class=IdempotentRoute, tags=["feeds"])

Reporter = Annotated[Caller, Depends(require("agency-reporter"))]
FeedWatcher = Annotated[Caller, Depends(require("ops", "supervisor"))]
Expecting = Annotated[Caller, Depends(require("ops", "supervisor", "program-manager"))]
Source = Annotated[SourceSystem, Path()]


class Feed(BaseModel):
    """One source. A gap counts from the last that was heard until the next, over 30 days."""

    site: str
    source: str
    state: Literal["heard", "silent", "below_floor"]
    alarm_since: datetime | None
    last_report_at: datetime | None
    last_heartbeat_at: datetime | None
    reports_last_24_hours: int
    max_silence_minutes: int | None
    floor_per_day: int | None
    coverage_gap_minutes: int


class PolicyBody(BaseModel):
    """What the site expects: null for the longest silence means that nobody watches it."""

    model_config = ConfigDict(extra="forbid")

    site: Site
    max_silence_minutes: Annotated[int, Field(ge=5, le=60 * 24 * 60)] | None
    floor_per_day: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class PolicyView(PolicyBody):
    """A version of it."""

    source: str
    version: int


@router.post("/v1/feeds/{source}/heartbeat", status_code=204)
@unaudited("a machine says that it is there: the feed keeps when it last did")
async def note_heartbeat(source: Source, caller: Reporter, tx: Tx) -> None:
    """Say that the source is alive, though it has nothing to report."""
    caller.speaking_for(source)
    await handlers.note_heartbeat(NoteHeartbeat(source, tuple(caller.sites)), tx)


@router.get("/v1/feeds")
async def list_feeds(caller: FeedWatcher, tx: Tx) -> dict[str, list[Feed]]:
    """Each source: when it was last heard of, and for how long nobody could have known."""
    rows = await repository.list_feeds(tx, sorted(caller.sites))
    return {"items": [Feed(**row) for row in rows]}


@router.put("/v1/feeds/{source}/policy", responses=problems(403, 422))
async def put_policy(source: Source, body: PolicyBody, caller: Expecting, tx: Tx) -> PolicyView:
    """Say how long a source may be silent, and how much it should report in a day."""
    caller.at_site(body.site)
    command = PutFeedPolicy(
        body.site, source, body.max_silence_minutes, body.floor_per_day, caller.sub
    )
    version = await handlers.put_policy(command, tx)
    return PolicyView(**body.model_dump(), source=source, version=version)
