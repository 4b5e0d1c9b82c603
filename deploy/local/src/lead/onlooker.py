"""An onlooker at the broker: when did which event leave? It joins no group, reads no value."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer

from shared.events import TOPICS


@dataclass(frozen=True, slots=True)
class Seen:
    """One event on its way, by its CloudEvents attributes."""

    name: str
    subject: str
    correlation: str
    left_at: datetime


class Onlooker:
    """What left since it began to look, oldest first."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []

    def chain_of(self, receipt: str) -> list[Seen]:
        """The report with this receipt and everything that it led to so far."""
        first = next((event for event in self.seen if event.subject == receipt), None)
        return [e for e in self.seen if first and e.correlation == first.correlation]

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            headers = {name: value.decode() for name, value in record.headers}
            if "ce_type" in headers:
                # lead.<service>.<event>.v<N>
                name = headers["ce_type"].split(".")[2]
                left_at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
                correlation = headers.get("ce_correlationid", "")
                self.seen.append(Seen(name, headers["ce_subject"], correlation, left_at))


@asynccontextmanager
async def looking_on(bootstrap: str | None) -> AsyncIterator[Onlooker | None]:
    """Look on from now until the block ends; nobody looks when there is no broker to look at."""
    if bootstrap is None:
        yield None
        return
    onlooker = Onlooker()
    consumer = AIOKafkaConsumer(
        *TOPICS, bootstrap_servers=bootstrap, group_id=None, fetch_max_wait_ms=5
    )
    await consumer.start()
    for partition in consumer.assignment():
        # Settles where it begins; left to itself it would do so some time later.
        await consumer.position(partition)
    looking = asyncio.create_task(onlooker.look(consumer))
    try:
        yield onlooker
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        await consumer.stop()
