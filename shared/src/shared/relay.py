"""The relay: moves committed events from the outbox to Kafka, in order per key, at least once.

One relay per database is active, by a session lock; a second one waits and passes wake-ups on. It
reads what is *pending*, never "what is newer than": a transaction that commits late is found.
"""

import asyncio
from typing import Any, cast

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic_core import from_json

from shared import faults
from shared.config import ServiceSettings
from shared.database import Database, run_alone
from shared.errors import TRANSIENT, kind_of
from shared.kafka import producing
from shared.pacing import Pace
from shared.telemetry import SpineMetrics

LOCK = 4_200_101
PAGE = 1_000
POLL_SECONDS = 0.5
RETRY_SECONDS = 1.0
# With idempotence aiokafka retries for ever; after this the relay starts over from the table.
SEND_TIMEOUT_SECONDS = 60

# Without the rows in flight ($1), yet from the start: an earlier `seq` may have been committed
# meanwhile, and a later one of its key after it. LATERAL: one index look-up per row, always.
_READ = """
SELECT o.* FROM (
    (SELECT seq FROM outbox_pending ORDER BY seq LIMIT $2)
    EXCEPT SELECT unnest($1::bigint[])) p
CROSS JOIN LATERAL (
    SELECT seq, topic, key, key_hash, headers, payload FROM outbox WHERE seq = p.seq OFFSET 0) o
ORDER BY o.seq LIMIT $3"""
# The statement sees the table as it was before it: what it deletes is in flight, thus not read.
_MARK_AND_READ = f"""
WITH marked AS (DELETE FROM outbox_pending WHERE seq = ANY($4::bigint[]))
{_READ}"""  # noqa: S608 - constant text

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
        self._producer: AIOKafkaProducer | None = None
        self.leading = False
        self.connected = False

    async def run(self) -> None:
        """Connect, lead or stand by, publish; on a fault of the surroundings start over."""
        while not self._stopping:
            try:
                await self._session()
            except (KafkaError, asyncpg.PostgresError, *TRANSIENT) as error:
                log.warning("relay.interrupted", error=kind_of(error))
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                self.leading = self.connected = False

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _session(self) -> None:
        async with producing(self._settings, self._service) as producer:
            self._producer, self.connected = producer, True
            connection = await self._database.connect()
            try:
                await connection.add_listener("outbox", self._on_notified)
                await self._serve(producer, connection)
            finally:
                self._producer = None
                await connection.close(timeout=2)

    def _on_notified(self, *_: Any) -> None:
        # A stand-by hears its own and the other stand-bys' calls too: they are for the leader.
        if self.leading:
            self._wake.set()

    async def reachable(self) -> bool:
        """Does the broker answer right now? A connected client does not notice by itself."""
        if self._producer is None:
            return False
        return bool(await self._producer.client.force_metadata_update())

    async def _serve(self, producer: AIOKafkaProducer, connection: Any) -> None:
        while not self._stopping:
            if not self.leading:
                self.leading = await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK)
            if self.leading:
                self._wake.clear()
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
            # Before the call: who comes after it gets a call of their own.
            self._wake.clear()
            # Outside any business transaction: a notifying commit takes a global lock.
            await run_alone(connection, "SELECT pg_notify('outbox', '')")
            await asyncio.sleep(0.005)

    async def _drain(self, producer: AIOKafkaProducer, connection: Any) -> None:
        """Publish until nothing is pending.

        While a page is in flight, the one before it is marked and the one after it is read.
        """
        pace = Pace()
        acknowledged: Rows = []
        page = await self._turn(connection, acknowledged, page=[])
        while page:
            sending = asyncio.ensure_future(self._send(producer, page))
            following: Rows = []
            try:
                if acknowledged or len(page) == PAGE:
                    following = await self._turn(connection, acknowledged, page)
            except BaseException:
                sending.cancel()
                raise
            await sending
            faults.step("relay.published")
            acknowledged = page
            if not following:
                await pace.rest()
                pace.start()
                following = await self._turn(connection, acknowledged, page=[])
                acknowledged = []
            page = following

    async def _turn(self, connection: Any, acknowledged: Rows, page: Rows) -> Rows:
        rows = await _mark_and_read(connection, acknowledged, page)
        self._metrics.published.add(len(acknowledged))
        return rows

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


async def _mark_and_read(connection: Any, acknowledged: Rows, page: Rows) -> Rows:
    """Mark what was acknowledged, and read what comes beside the page in flight."""
    done = [row["seq"] for row in acknowledged]
    held = [*done, *(row["seq"] for row in page)]
    arguments = (held, len(held) + PAGE, PAGE)
    if not done:
        return cast("Rows", await connection.fetch(_READ, *arguments))
    rows = await run_alone(connection, _MARK_AND_READ, *arguments, done)
    faults.step("relay.marked")
    return rows


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
            if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
                raise ValueError("an outbox row is larger than a record batch")
    acknowledged.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*acknowledged)
