"""The calendar feed: calendar programs cannot sign in, so a private link stands for its owner."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from notifier.coverage import feed, repository
from notifier.errors import LinkEnded
from shared.audit import unaudited
from shared.idempotency import IdempotentRoute
from shared.operations import runtime_of

router = APIRouter(tags=["coverage"], route_class=IdempotentRoute)
SHOWN = timedelta(days=60)


@router.get("/v1/me/duty.ics", response_class=Response)
@unaudited("a calendar program looks up its owner's own duty, by the hour, and nobody else's")
async def show_duty(
    request: Request, link: Annotated[str, Query(min_length=1, max_length=100)]
) -> Response:
    """One's own duty of the coming weeks, for a calendar program."""
    async with runtime_of(request).database.transaction() as tx:
        owner = await repository.find_link(tx, tx.ring.digest("duty-link", link))
        if owner is None:
            raise LinkEnded
        found = await repository.list_duties(tx, [owner.site], tx.now, tx.now + SHOWN)
        duties = [(name, duty) for (_, name), listed in found.items() for duty in listed]
        content = feed.calendar_of(owner.sub, duties, tx.now)
    headers = {"Cache-Control": "private, no-store"}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
