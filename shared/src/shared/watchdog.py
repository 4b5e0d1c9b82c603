"""The watch over a consumer: one that does not move starts its session over.

The process goes on: it takes requests and relays events whatever happens to its consumer. An outage
of the broker is no reason to end anything; a new session reads credentials and certificates again.
"""

import asyncio
from typing import Protocol

import structlog

WATCH_SECONDS = 5
STUCK_SECONDS = 60

log = structlog.get_logger()


class Watched(Protocol):
    """What the watch needs of a consumer."""

    @property
    def connected(self) -> bool: ...

    async def measure(self) -> None:
        """Bring `lag` up to date, and note progress when the broker answers and nothing waits."""
        ...

    def seconds_without_progress(self) -> float: ...

    def start_over(self) -> None: ...


async def watch(consumer: Watched) -> None:
    """Runs as a supervised task for as long as the service does."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        await consumer.measure()
        idle = consumer.seconds_without_progress()
        # Without a connection the session is already being started over, every second.
        if consumer.connected and idle > STUCK_SECONDS:
            log.error("consumer.started_over", idle_seconds=round(idle))
            consumer.start_over()
