"""The consumer: Kafka -> transaction -> inbox -> handler -> commit -> offset, in that order.

This file holds the session with Kafka; `dispatch.py` what becomes of the messages.
"""

import asyncio
import time

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition
from opentelemetry.trace import Tracer

from shared import faults
from shared.config import ServiceSettings
from shared.database import Database
from shared.dispatch import Dispatcher
from shared.errors import is_transient, kind_of
from shared.kafka import Rebalanced, close_consumer, new_consumer
from shared.messages import Message, Subscriptions
from shared.pacing import Pace
from shared.telemetry import SpineMetrics

BATCH = 500
IDLE_MS = 500
# Offsets follow the database; a lost commit only re-reads what the inbox then skips.
COMMIT_EVERY_SECONDS = 0.25

log = structlog.get_logger()


class Consumer:
    """One service's consumer. Run `run` as a supervised task; `stop` lets it finish its batch."""

    def __init__(
        self,
        database: Database,
        settings: ServiceSettings,
        service: str,
        subscriptions: Subscriptions,
        metrics: SpineMetrics,
        tracer: Tracer,
    ) -> None:
        self._settings, self._service = settings, service
        self._dispatcher = Dispatcher(
            database, service, subscriptions, metrics, tracer, self._note_progress
        )
        self.handle, self.redrive = self._dispatcher.handle, self._dispatcher.redrive
        self._topics = {event.topic for event in subscriptions}
        self._stopping = False
        self._uncommitted: dict[TopicPartition, int] = {}
        self._in_hand = False
        # None: not known, because no broker answers.
        self.lag: int | None = None
        self._committed_at = self._progress_at = time.monotonic()
        self._kafka: AIOKafkaConsumer | None = None
        self._running: asyncio.Task[None] | None = None
        self._rebalanced = Rebalanced()

    async def run(self) -> None:
        while not self._stopping:
            self._running = asyncio.create_task(self._session())
            try:
                await self._running
            except asyncio.CancelledError:
                # Raised by `start_over` too, which ends the session and not this task.
                if (current := asyncio.current_task()) and current.cancelling():
                    raise
            except Exception as error:
                if not (isinstance(error, KafkaError) or is_transient(error)):
                    raise
                log.warning("consumer.interrupted", error=kind_of(error))
                await asyncio.sleep(1)

    def stop(self) -> None:
        self._stopping = self._dispatcher.stopping = True

    def _note_progress(self) -> None:
        self._progress_at = time.monotonic()

    def start_over(self) -> None:
        """End this session, whatever it waits for, and begin another."""
        self._note_progress()
        if self._running:
            self._running.cancel()

    async def _session(self) -> None:
        kafka = new_consumer(self._settings, self._service, self._topics, self._rebalanced)
        self._uncommitted.clear()
        self._in_hand = False
        self._note_progress()
        try:
            await kafka.start()
            self._kafka = kafka
            await self._poll(kafka)
            await self._commit(kafka)
        finally:
            self._kafka = self.lag = None
            await close_consumer(kafka)

    async def _poll(self, kafka: AIOKafkaConsumer) -> None:
        pace = Pace()
        while not self._stopping:
            if self._rebalanced.take():
                await self._read_skipped(kafka)
            polled = await kafka.getmany(timeout_ms=IDLE_MS, max_records=BATCH)
            pace.start()
            if polled:
                await self._take(polled)
            if not polled or time.monotonic() - self._committed_at > COMMIT_EVERY_SECONDS:
                await self._commit(kafka)
            if 0 < sum(map(len, polled.values())) < BATCH:
                await pace.rest()

    async def _take(self, polled: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]) -> None:
        """All partitions' records in one transaction: each partition's order is kept."""
        self._in_hand = True
        faults.step("consumer.received")
        await self.handle([Message.from_record(r) for records in polled.values() for r in records])
        faults.step("consumer.handled")
        for partition, records in polled.items():
            self._uncommitted[partition] = records[-1].offset + 1
        self._in_hand = False
        self._note_progress()

    async def _commit(self, kafka: AIOKafkaConsumer) -> None:
        self._committed_at = time.monotonic()
        mine = {p: offset for p, offset in self._uncommitted.items() if p in kafka.assignment()}
        self._uncommitted.clear()
        if not mine:
            return
        try:
            await kafka.commit(mine)
        except (CommitFailedError, IllegalStateError):
            # The partition moved to another member, which will meet the inbox.
            log.info("consumer.commit_superseded")

    async def _read_skipped(self, kafka: AIOKafkaConsumer) -> None:
        """Move partitions back to where an older version skipped what this one handles."""
        types, skipped = self._dispatcher.handlers.keys(), self._dispatcher.skipped
        skipped.rebalanced()
        found = await skipped.first_offsets(types, kafka.assignment())
        for partition, offset in found.items():
            self._uncommitted.pop(partition, None)
            try:
                kafka.seek(partition, offset)
                await kafka.commit({partition: offset})
            except (CommitFailedError, IllegalStateError):
                # Moved to another process meanwhile, which does the same.
                continue
            await skipped.settle(types, partition, offset)
            log.info("consumer.reads_what_was_skipped", topic=partition.topic, offset=offset)

    async def rewind(self, topic: str, since_ms: int) -> int:
        """Read a topic again from a time (epoch milliseconds). Returns partitions moved."""
        kafka = self._kafka
        mine = [p for p in kafka.assignment() if p.topic == topic] if kafka else []
        if kafka is None or not mine:
            return 0
        found = await kafka.offsets_for_times(dict.fromkeys(mine, since_ms))
        for partition, where in found.items():
            if where is not None:
                kafka.seek(partition, where.offset)
        return len(mine)

    async def measure(self) -> None:
        """Bring `lag` up to date. Nothing to do is progress, while the broker answers."""
        self.lag = await self._records_behind()
        if self.lag == 0 and not self._in_hand:
            self._note_progress()

    def seconds_without_progress(self) -> float:
        return time.monotonic() - self._progress_at

    async def _records_behind(self) -> int | None:
        """Records that the broker has and this process has not fetched; None: no answer."""
        kafka = self._kafka
        if kafka is None:
            return None
        try:
            async with asyncio.timeout(2):
                if not await kafka._client.force_metadata_update():
                    return None
                behind = 0
                for partition in kafka.assignment():
                    position = await kafka.position(partition)
                    behind += max(0, (kafka.highwater(partition) or 0) - position)
                return behind
        except (TimeoutError, IllegalStateError):
            return None

    @property
    def connected(self) -> bool:
        return self._kafka is not None
