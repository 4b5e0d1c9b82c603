"""Server-sent events: a hint that the inbox changed. The list is the truth.

All streams of a process share one poll of the database; each gets from it what its caller may see.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

import structlog
from fastapi.sse import ServerSentEvent

from notifier import repository
from notifier.repository import InboxChange
from shared.callers import Caller
from shared.database import Database
from shared.errors import Overloaded, TooManyRequests, is_transient, kind_of
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
# Open pages of one person, on all devices; and of everybody in one process.
MOST_FOR_ONE, MOST_STREAMS = 8, 500
# Streams that look up what they missed, at once: a burst of them must not use up the pool.
RESUMING = 3

Event = tuple[int, UUID]
log = structlog.get_logger()


class Stream:
    """One open page: whose it is, and what it has not been told yet."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.waiting: asyncio.Queue[Event | None] = asyncio.Queue(PAGE)

    def offer(self, changes: Sequence[InboxChange]) -> None:
        """Take of these what the caller may see: a supervisor all of the site."""
        newest = {c.alert_id: c.seq for c in changes if self._sees(c)}
        for alert_id, seq in newest.items():
            if self.waiting.full():
                # Nobody reads: the page comes back with the last event that it has.
                self.waiting.get_nowait()
                self.waiting.put_nowait(None)
                return
            self.waiting.put_nowait((seq, alert_id))

    def _sees(self, change: InboxChange) -> bool:
        if change.site not in self.caller.sites:
            return False
        return self.caller.has("supervisor") or change.recipient == self.caller.sub


class Hub:
    """The streams of this process and the one poll that serves them."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()
        self._by_person: Counter[str] = Counter()
        self._resuming = asyncio.Semaphore(RESUMING)
        self.polls = 0

    @property
    def open_streams(self) -> int:
        return len(self._streams)

    @contextmanager
    def open(self, caller: Caller) -> Iterator[Stream]:
        """A stream that hears of every change from now on.

        Raises TooManyRequests for one too many of this person, Overloaded of everybody.
        """
        if self._by_person[caller.sub] >= MOST_FOR_ONE:
            text = f"At most {MOST_FOR_ONE} live pages of one person: close some, or reload later."
            raise TooManyRequests(text, retry_after=30)
        if len(self._streams) >= MOST_STREAMS:
            raise Overloaded(retry_after=10)
        stream = Stream(caller)
        self._streams.add(stream)
        self._by_person[caller.sub] += 1
        try:
            yield stream
        finally:
            self._streams.discard(stream)
            self._by_person -= Counter({caller.sub: 1})

    async def announce_changes(self, runtime: Runtime) -> None:
        """As a task of the service."""
        wake = runtime.database.waker("inbox")
        cursor, seen = -1, set[InboxChange]()
        while True:
            try:
                cursor, seen = await self._poll(runtime.work_database, cursor, seen)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("stream.interrupted", error=kind_of(error))
            if len(seen) < PAGE:
                await _wait(wake)

    async def _poll(
        self, database: Database, cursor: int, seen: set[InboxChange]
    ) -> tuple[int, set[InboxChange]]:
        """Tell the streams what is new since the last poll. Returns what the next one starts at."""
        self.polls += 1
        async with database.transaction() as tx:
            if cursor < 0:
                newest = await repository.last_change(tx)
                return newest, set(await repository.list_inbox_changes(tx, newest - LATE, LATE))
            found = await repository.list_inbox_changes(tx, cursor - LATE, PAGE)
        if fresh := [change for change in found if change not in seen]:
            for stream in tuple(self._streams):
                stream.offer(fresh)
        return max([cursor, *(change.seq for change in found)]), set(found)

    async def missed(self, database: Database, caller: Caller, last: int) -> list[Event]:
        """What changed for this caller after the event `last`."""
        async with self._resuming, database.transaction() as tx:
            return await repository.list_changes(tx, caller, last, PAGE)


async def follow(
    database: Database, hub: Hub, stream: Stream, last: int | None
) -> AsyncIterator[ServerSentEvent]:
    """Changes after `last`, or from now on; FastAPI adds a comment while nothing changes."""
    until = monotonic() + LIFE_SECONDS
    # Sent at once, so that the page knows that it is connected.
    yield ServerSentEvent(comment="connected")
    told: set[Event] = set()
    cursor = last or 0
    if last is not None:
        for event in await hub.missed(database, stream.caller, last):
            told.add(event)
            cursor = max(cursor, event[0])
            yield _event(cursor, event)
    while (remaining := until - monotonic()) > 0:
        try:
            new = await asyncio.wait_for(stream.waiting.get(), remaining)
        except TimeoutError:
            return
        if new is None:
            return
        if new not in told:
            cursor = max(cursor, new[0])
            yield _event(cursor, new)


def _event(cursor: int, event: Event) -> ServerSentEvent:
    return ServerSentEvent(id=str(cursor), data={"alert": str(event[1])})


async def _wait(wake: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(wake.wait(), POLL_SECONDS)
        await asyncio.sleep(GATHER_SECONDS)
    except TimeoutError:
        return
    wake.clear()
