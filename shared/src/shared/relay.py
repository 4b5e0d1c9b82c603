"""The relay: moves committed events from the outbox to Kafka, in order per key, at least once.

One relay per database is active, by a session lock; a second one waits and passes wake-ups on. It
reads what is *pending*, never "what is newer than": a transaction that commits late is found.
"""

import asyncio
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic_core import from_json

from shared import faults
from shared.config import ServiceSettings
from shared.database import Database, run_alone
from shared.errors import TRANSIENT
from shared.kafka import new_producer
from shared.telemetry import SpineMetrics

LOCK = 4_200_101
PAGE = 1_000
POLL_SECONDS = 0.5
RETRY_SECONDS = 1.0
# With idempotence aiokafka retries for ever; after this the relay starts over from the table.
SEND_TIMEOUT_SECONDS = 60

_READ = """
SELECT o.seq, o.topic, o.key, o.key_hash, o.headers, o.payload
FROM (SELECT seq FROM outbox_pending WHERE seq > $1 ORDER BY seq LIMIT $2) p
JOIN outbox o USING (seq) ORDER BY o.seq"""
_MARK = "DELETE FROM outbox_pending WHERE seq = ANY($1::bigint[])"

log = structlog.get_logger()
Rows = list[asyncpg.Record]


class Relay:
    """Run `run` as a supervised task; `stop` lets it finish the page in hand."""

    def __init__(
        self, database: Database, settings: ServiceSettings, service: str, metrics: SpineMetrics
    ) -> None:
        self._database, self._settings, self._service = database, settings, service
        self._metrics = metrics
        self._wake = database.waker("outbox")
        self._stopping = False
        self.leading = False
        self.connected = False

    async def run(self) -> None:
        """Connect, lead or stand by, publish; on a fault of the surroundings start over."""
        while not self._stopping:
            try:
                await self._session()
            except (KafkaError, asyncpg.PostgresError, *TRANSIENT) as error:
                log.warning("relay.interrupted", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                self.leading = self.connected = False

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _session(self) -> None:
        producer = new_producer(self._settings, self._service)
        await producer.start()
        try:
            self.connected = True
            connection = await self._database.connect()
            try:
                await connection.add_listener("outbox", lambda *_: self._wake.set())
                await self._serve(producer, connection)
            finally:
                await connection.close(timeout=2)
        finally:
            # A producer that lost its sequence numbers hangs in stop(); the rows are safe.
            async with asyncio.timeout(5):
                await producer.stop()

    async def _serve(self, producer: AIOKafkaProducer, connection: Any) -> None:
        while not self._stopping:
            self._wake.clear()
            if not self.leading:
                self.leading = await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK)
            if self.leading:
                await self._drain(producer, connection)
            await self._pause(connection)
        if self.leading:
            await self._drain(producer, connection)

    async def _pause(self, connection: Any) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return
        if not self.leading:
            # Outside any business transaction: a notifying commit takes a global lock.
            await run_alone(connection, "SELECT pg_notify('outbox', '')")
            await asyncio.sleep(0.005)

    async def _drain(self, producer: AIOKafkaProducer, connection: Any) -> None:
        """Publish until nothing is pending.

        While a page is in flight, the one before it is marked and the one after it is read.
        """
        while page := await connection.fetch(_READ, 0, PAGE):
            acknowledged: Rows = []
            while page:
                sending = asyncio.ensure_future(self._send(producer, page))
                try:
                    await self._mark(connection, acknowledged)
                    full = len(page) == PAGE
                    following = await connection.fetch(_READ, page[-1]["seq"], PAGE) if full else []
                finally:
                    await sending
                faults.step("relay.published")
                acknowledged, page = page, following
            await self._mark(connection, acknowledged)

    async def _mark(self, connection: Any, acknowledged: Rows) -> None:
        if acknowledged:
            await run_alone(connection, _MARK, [row["seq"] for row in acknowledged])
            faults.step("relay.marked")
            self._metrics.published.add(len(acknowledged))

    async def _send(self, producer: AIOKafkaProducer, page: Rows) -> None:
        """Send one page, a record batch per partition; returns when all of it is acknowledged."""
        async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
            partitions: dict[tuple[str, int], Rows] = {}
            counts: dict[str, int] = {}
            for row in page:
                topic = row["topic"]
                if topic not in counts:
                    counts[topic] = len(await producer.partitions_for(topic))
                partitions.setdefault((topic, row["key_hash"] % counts[topic]), []).append(row)
            await asyncio.gather(
                *(send_in_order(producer, *where, rows) for where, rows in partitions.items())
            )


async def send_in_order(producer: AIOKafkaProducer, topic: str, partition: int, rows: Rows) -> None:
    """Send rows to one partition in order, in as few record batches as they fit."""
    acknowledged = []
    batch = producer.create_batch()
    for row in rows:
        key, value = row["key"].encode(), row["payload"]
        headers = [(name, text.encode()) for name, text in from_json(row["headers"]).items()]
        if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            acknowledged.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=value, headers=headers)
    acknowledged.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*acknowledged)
