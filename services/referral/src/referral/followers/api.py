"""Who follows handoffs, over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from referral.followers import handlers, repository
from referral.followers.commands import PutFollower
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.operations import runtime_of
from shared.reports import Site, SourceSystem

router = APIRouter(route_class=IdempotentRoute, tags=["feeds"])

Ops = Annotated[Caller, Depends(require("ops"))]
Source = Annotated[SourceSystem, Path()]


class FollowerBody(BaseModel):
    """Where the agency's own system wants to be told."""

    model_config = ConfigDict(extra="forbid")

    site: Site
    url: Annotated[str, Field(min_length=1, max_length=2_000)]


class FollowerSecret(BaseModel):
    """The signing secret (Standard Webhooks), shown this once."""

    secret: str


class FollowUpView(BaseModel):
    """One message and what became of it."""

    id: UUID
    state: str
    attempts: int
    outcome: str | None
    created_at: datetime
    ended_at: datetime | None


@router.put("/v1/feeds/{source}/webhook", responses=problems(403, 422))
async def put_follower(
    request: Request, source: Source, body: FollowerBody, caller: Ops, tx: Tx
) -> FollowerSecret:
    """Send the handoffs of this source's referrals to its address; a new secret each time."""
    caller.at_site(body.site)
    private = runtime_of(request).settings.environment == "embedded"
    command = PutFollower(body.site, source, body.url, caller.sub)
    return FollowerSecret(secret=await handlers.put_follower(command, tx, private_allowed=private))


@router.delete("/v1/feeds/{source}/webhook", status_code=204, responses=problems(403, 404))
async def remove_follower(
    source: Source, site: Annotated[Site, Query()], caller: Ops, tx: Tx
) -> None:
    """Send nothing more."""
    caller.at_site(site)
    await handlers.remove_follower(site, source, tx)


@router.get("/v1/feeds/{source}/webhook/deliveries", responses=problems(403))
async def list_follow_ups(
    source: Source, site: Annotated[Site, Query()], caller: Ops, tx: Tx
) -> dict[str, list[FollowUpView]]:
    """The last hundred messages, the newest first."""
    caller.at_site(site)
    rows = await repository.list_follow_ups(tx, site, source, 100)
    return {"items": [FollowUpView(**row) for row in rows]}
