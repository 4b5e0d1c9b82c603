"""Server-sent events: a hint that the inbox changed. The list is the truth."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from uuid import UUID

from fastapi.sse import ServerSentEvent

from notifier import repository
from shared.callers import Caller
from shared.database import Database
from shared.service import Runtime

# What another process of this service wrote is seen by the poll.
POLL_SECONDS = 2.0
# Ends before a session does; the page comes back by itself, and is then checked again.
LIFE_SECONDS = 600
# Sequence numbers are taken before commits: look back for those that committed late.
LATE = 100
PAGE = 500
# Changes that come together are told together.
GATHER_SECONDS = 0.1


class Hub:
    """Wakes every stream of this process, and loses no wake-up: each waits for the *next* one."""

    def __init__(self) -> None:
        self.next = asyncio.Event()

    async def announce_changes(self, runtime: Runtime) -> None:
        """As a task of the service."""
        wake = runtime.database.waker("inbox")
        while True:
            await wake.wait()
            wake.clear()
            changed, self.next = self.next, asyncio.Event()
            changed.set()


async def follow(
    database: Database, hub: Hub, caller: Caller, last: int | None
) -> AsyncIterator[ServerSentEvent]:
    """Changes after `last`, or from now on; a comment while nothing changes."""
    until = monotonic() + LIFE_SECONDS
    seen, cursor = await _start(database, caller, last)
    # Sent at once, so that the page knows that it is connected.
    yield ServerSentEvent(comment="connected")
    while monotonic() < until:
        changed = hub.next
        async with database.transaction() as tx:
            found = await repository.list_changes(tx, caller, cursor - LATE, PAGE)
        for change in found:
            if change not in seen:
                cursor = max(cursor, change[0])
                yield ServerSentEvent(id=str(cursor), data={"alert": str(change[1])})
        seen = set(found)
        await _wait(changed)


async def _start(
    database: Database, caller: Caller, last: int | None
) -> tuple[set[tuple[int, UUID]], int]:
    """Where to begin, and what counts as sent."""
    async with database.transaction() as tx:
        newest = await repository.last_change(tx)
        cursor = newest if last is None else min(last, newest)
        found = await repository.list_changes(tx, caller, cursor - LATE, PAGE)
    return {change for change in found if change[0] <= cursor}, cursor


async def _wait(changed: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(changed.wait(), POLL_SECONDS)
        await asyncio.sleep(GATHER_SECONDS)
    except TimeoutError:
        return
