"""What becomes of received messages: inbox claim, handler and effect in one transaction.

What one poll brings is one transaction on the fast path; when anything in it fails, each message
gets its own. A fault of the surroundings is retried in place; a message that cannot succeed becomes
a dead letter, and its neighbors go on.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, groupby, repeat
from typing import cast
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind, Tracer

from shared import dead_letters, faults, inbox
from shared.batches import Batch
from shared.context import Surroundings, working_on
from shared.database import Database, Transaction
from shared.errors import is_transient, kind_of
from shared.events.base import Event
from shared.events.wire import Undecodable
from shared.messages import NO_TYPE, Message, Subscription, Subscriptions
from shared.skipped import SkippedEvents
from shared.telemetry import SpineMetrics, remote_span

RETRY_SECONDS = (0.1, 0.5, 1, 2, 5, 10)

log = structlog.get_logger()


class Dispatcher:
    """Gives messages to their handlers. `note_progress` is called while it waits for a retry."""

    def __init__(
        self,
        database: Database,
        service: str,
        subscriptions: Subscriptions,
        metrics: SpineMetrics,
        tracer: Tracer,
        note_progress: Callable[[], None],
    ) -> None:
        self._database, self._service = database, service
        self._metrics, self._tracer = metrics, tracer
        self._note_progress = note_progress
        self.handlers = {event.type: (event, taken) for event, taken in subscriptions.items()}
        self.skipped = SkippedEvents(database)
        self.stopping = False

    def _handles(self, message: Message) -> bool:
        return message.event_type in self.handlers or message.event_type == NO_TYPE

    async def handle(self, messages: Sequence[Message]) -> None:
        """Apply messages in order, each at most once; returns when all are durable."""
        known = [m for m in messages if self._handles(m)]
        if len(known) < len(messages):
            await self.skipped.note(m for m in messages if not self._handles(m))
            self._metrics.skipped.add(len(messages) - len(known))
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
            if message.event_type not in self.handlers:
                raise Undecodable("missing ce_type")
            event_type, subscription = self.handlers[message.event_type]
            event = message.read(event_type, self._database.ring)
            pairs.setdefault((event.id, subscription.name), (message, subscription))
        fresh = await inbox.claim(tx.raw, pairs)
        work = [pair for claim, pair in pairs.items() if claim in fresh]
        await self._lock_first(work, tx)
        for subscription, run in groupby(work, key=lambda pair: pair[1]):
            await self._call(subscription, [message for message, _ in run], tx)
        return len(fresh)

    async def _lock_first(
        self, work: Sequence[tuple[Message, Subscription]], tx: Transaction
    ) -> None:
        for lock_first in dict.fromkeys(taken.lock_first for _, taken in work):
            if lock_first is not None:
                about = [message for message, taken in work if taken.lock_first is lock_first]
                await lock_first([cast("Event", message.event) for message in about], tx)

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
                if self.stopping or not is_transient(error):
                    raise
                log.warning("consumer.retrying", where=message.where, error=kind_of(error))
            # Waiting for the database is not being stuck: a restart would not help.
            self._note_progress()
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
        _, subscription = self.handlers.get(message.event_type, (None, None))
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
            if message.event_type not in self.handlers:
                raise Undecodable("this service does not listen for the event type")
            done = await dead_letters.resolve(tx, letter, "redriven", by=by, reason=reason)
            await self._apply([message], tx)
            return done
