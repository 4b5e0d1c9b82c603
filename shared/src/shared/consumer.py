"""The consumer: Kafka -> transaction -> inbox -> handler -> commit -> offset, in that order.

What one poll brings is one transaction on the fast path; when anything in it fails, each message
gets its own.
A fault of the surroundings is retried in place; a message that cannot succeed becomes a dead letter
and its neighbors go on.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, groupby, repeat
from typing import cast
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition
from opentelemetry.trace import SpanKind, Tracer

from shared import dead_letters, faults, inbox
from shared.batches import Batch
from shared.config import ServiceSettings
from shared.context import Surroundings, working_on
from shared.database import Database, Transaction
from shared.errors import is_transient, kind_of
from shared.events.base import Event
from shared.events.wire import Undecodable
from shared.kafka import new_consumer
from shared.messages import NO_TYPE, Message, Subscription, Subscriptions
from shared.pacing import Pace
from shared.telemetry import SpineMetrics, remote_span

BATCH = 500
IDLE_MS = 500
# Offsets follow the database; a lost commit only re-reads what the inbox then skips.
COMMIT_EVERY_SECONDS = 0.25
RETRY_SECONDS = (0.1, 0.5, 1, 2, 5, 10)
STUCK_SECONDS = 60

log = structlog.get_logger()


class Stuck(Exception):
    """Messages are waiting, and none was handled for a long time."""


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
        self._database, self._settings, self._service = database, settings, service
        self._metrics, self._tracer = metrics, tracer
        self._handlers = {event.type: (event, taken) for event, taken in subscriptions.items()}
        self._topics = {event.topic for event in subscriptions}
        self._stopping = False
        self._uncommitted: dict[TopicPartition, int] = {}
        self._in_hand = False
        self.lag = 0
        self._committed_at = self._progress_at = time.monotonic()
        self._kafka: AIOKafkaConsumer | None = None

    async def run(self) -> None:
        while not self._stopping:
            try:
                await self._session()
            except Exception as error:
                if not (isinstance(error, KafkaError) or is_transient(error)):
                    raise
                log.warning("consumer.interrupted", error=kind_of(error))
                await asyncio.sleep(1)

    def stop(self) -> None:
        self._stopping = True

    async def _session(self) -> None:
        kafka = new_consumer(self._settings, self._service, self._topics)
        self._uncommitted.clear()
        try:
            await kafka.start()
            self._kafka = kafka
            await self._poll(kafka)
            await self._commit(kafka)
        finally:
            self._kafka = None
            await kafka.stop()

    async def _poll(self, kafka: AIOKafkaConsumer) -> None:
        pace = Pace()
        while not self._stopping:
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
        self._progress_at = time.monotonic()

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

    async def handle(self, messages: Sequence[Message]) -> None:
        """Apply messages in order, each at most once; returns when all are durable."""
        known = [m for m in messages if m.event_type in self._handlers or m.event_type == NO_TYPE]
        if skipped := len(messages) - len(known):
            self._metrics.skipped.add(skipped)
        if not known:
            return
        try:
            async with self._database.transaction() as tx:
                handled = await self._apply(known, tx)
        except Exception as error:
            # Any failure: find the message that caused it by giving each its own transaction.
            if len(known) > 1:
                log.info("consumer.batch_split", size=len(known), error=kind_of(error))
            for message in known:
                await self._handle_alone(message)
        else:
            self._count(handled, len(known))

    async def _apply(self, messages: Sequence[Message], tx: Transaction) -> int:
        pairs: dict[tuple[UUID, str], tuple[Message, Subscription]] = {}
        for message in messages:
            if message.event_type not in self._handlers:
                raise Undecodable("missing ce_type")
            event_type, subscription = self._handlers[message.event_type]
            event = message.read(event_type, self._database.ring)
            pairs.setdefault((event.id, subscription.name), (message, subscription))
        fresh = await inbox.claim(tx.raw, pairs)
        work = [pair for claim, pair in pairs.items() if claim in fresh]
        for subscription, run in groupby(work, key=lambda pair: pair[1]):
            await self._call(subscription, [message for message, _ in run], tx)
        return len(fresh)

    async def _call(
        self, subscription: Subscription, messages: Sequence[Message], tx: Transaction
    ) -> None:
        if subscription.handle_batch is None:
            await self._call_each(subscription, messages, tx)
            return
        with ExitStack() as spans:
            items = []
            for message in messages:
                spans.enter_context(self._around(message))
                items.append((cast("Event", message.event), Surroundings.here()))
            await subscription.handle_batch(Batch(items), tx)

    async def _call_each(
        self, subscription: Subscription, messages: Sequence[Message], tx: Transaction
    ) -> None:
        assert subscription.handle is not None  # noqa: S101 - Subscription checks it
        for message in messages:
            with self._around(message):
                await subscription.handle(message.event, tx)

    @contextmanager
    def _around(self, message: Message) -> Iterator[None]:
        attributes = {
            "messaging.system": "kafka",
            "messaging.destination.name": message.topic,
            "messaging.operation.name": "process",
            "messaging.consumer.group.name": self._service,
        }
        name = f"process {message.event_type}"
        with (
            remote_span(self._tracer, name, message.traceparent, SpanKind.CONSUMER, **attributes),
            working_on(message.headers.get("ce_correlationid"), message.event_id),
        ):
            yield

    async def _handle_alone(self, message: Message) -> None:
        """Retries for as long as the surroundings fail: going on would break the key's order."""
        for wait in chain(RETRY_SECONDS, repeat(RETRY_SECONDS[-1])):
            try:
                await self._settle(message)
                return
            except Exception as error:
                if self._stopping or not is_transient(error):
                    raise
                log.warning("consumer.retrying", where=message.where, error=kind_of(error))
            # Waiting for the database is not being stuck: a restart would not help.
            self._progress_at = time.monotonic()
            await asyncio.sleep(wait)

    async def _settle(self, message: Message) -> None:
        """Handle one message, or set it aside when it can never succeed."""
        try:
            async with self._database.transaction() as tx:
                handled = await self._apply([message], tx)
            self._count(handled, 1)
        except Exception as error:
            if is_transient(error):
                raise
            await self._set_aside(message, error)

    async def _set_aside(self, message: Message, error: Exception) -> None:
        _, subscription = self._handlers.get(message.event_type, (None, None))
        name = subscription.name if subscription else "none"
        async with self._database.transaction() as tx:
            await dead_letters.add(tx, self._service, message, name, error)
        faults.step("consumer.set_aside")
        self._metrics.dead_letters.add(1)
        reason = dead_letters.reason_for(error)
        # Its id and type are the sender's texts; its place in the log is ours.
        log.error("consumer.dead_letter", where=message.where, handler=name, reason=reason)

    def _count(self, handled: int, received: int) -> None:
        self._metrics.handled.add(handled)
        if received > handled:
            self._metrics.duplicates.add(received - handled)

    async def redrive(self, letter_id: UUID, *, by: str, reason: str) -> dead_letters.DeadLetter:
        """Try a dead letter again: its effect and its resolution commit together, or neither."""
        async with self._database.transaction() as tx:
            letter = await dead_letters.get_letter(tx, letter_id)
            message = await dead_letters.read_message(tx, letter)
            if message.event_type not in self._handlers:
                raise Undecodable("this service does not listen for the event type")
            done = await dead_letters.resolve(tx, letter, "redriven", by=by, reason=reason)
            await self._apply([message], tx)
            return done

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

    async def watch(self) -> None:
        """Ends with Stuck when messages wait and nothing moves; the process is then restarted."""
        while True:
            await asyncio.sleep(5)
            self.lag = await self._records_behind()
            if self.lag == 0 and not self._in_hand:
                self._progress_at = time.monotonic()
            elif time.monotonic() - self._progress_at > STUCK_SECONDS:
                raise Stuck

    async def _records_behind(self) -> int:
        """Records that the broker has and this process has not fetched, as of its last fetch."""
        kafka = self._kafka
        if kafka is None:
            return 0
        behind = 0
        try:
            async with asyncio.timeout(2):
                for partition in kafka.assignment():
                    position = await kafka.position(partition)
                    behind += max(0, (kafka.highwater(partition) or 0) - position)
        except (TimeoutError, IllegalStateError):
            log.info("consumer.position_unknown")
        return behind

    @property
    def connected(self) -> bool:
        return self._kafka is not None
