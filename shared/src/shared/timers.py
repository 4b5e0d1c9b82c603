"""Timers: rows with a due time. None lives in process memory, so none is lost with a process."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind, Tracer

from shared.context import WorkContext, working_on
from shared.database import Database, Transaction
from shared.errors import is_transient, kind_of
from shared.ids import new_id
from shared.telemetry import SpineMetrics, remote_span

PAGE = 50
POLL_SECONDS = 0.5
RETRY_AFTER = timedelta(seconds=30)
RETRY_SOON = timedelta(seconds=1)

# `now` comes from the service's clock, not the database's, so that a test can move it.
_CLAIM = """
SELECT id, kind, subject, due_at, attempts, traceparent FROM timer
WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
_SET = """
INSERT INTO timer (id, kind, subject, due_at, traceparent) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, attempts = 0"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that came due: what for, and about which record."""

    id: UUID
    kind: str
    subject: str
    due_at: datetime
    attempts: int
    traceparent: str | None


TimerRow = tuple[UUID, str, str, datetime, str | None]
TimerHandlers = Mapping[str, Callable[[Timer, Transaction], Awaitable[None]]]


async def set_timer(tx: Transaction, kind: str, subject: str, due_at: datetime) -> None:
    """Set or move the one timer of this kind for this subject."""
    await set_timers(tx, [timer_row(kind, subject, due_at)])


def timer_row(kind: str, subject: str, due_at: datetime) -> TimerRow:
    """A timer for `set_timers`; it continues the trace in which this is called."""
    return new_id(), kind, subject, due_at, WorkContext.traceparent()


async def set_timers(tx: Transaction, rows: Sequence[TimerRow]) -> None:
    """Set or move several timers in one round trip."""
    if rows:
        await tx.raw.executemany(_SET, rows)


async def clear_timer(tx: Transaction, kind: str, subject: str) -> None:
    await tx.raw.execute("DELETE FROM timer WHERE kind = $1 AND subject = $2", kind, subject)


class TimerWheel:
    """Claims due timers and runs their handlers, each in its own transaction."""

    def __init__(
        self, database: Database, handlers: TimerHandlers, metrics: SpineMetrics, tracer: Tracer
    ) -> None:
        self._database, self._handlers = database, handlers
        self._metrics, self._tracer = metrics, tracer
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        while True:
            try:
                fired = await self.fire_due()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("timers.interrupted", error=kind_of(error))
                fired = 0
            if not fired:
                await asyncio.sleep(POLL_SECONDS)

    async def fire_due(self) -> int:
        """Fire what is due now, up to a page. Returns how many fired.

        One turn at a time: whoever comes back from here finds nothing half fired.
        """
        async with self._turn:
            for fired in range(PAGE):
                if not await self._fire_next():
                    return fired
            return PAGE

    async def _fire_next(self) -> bool:
        claimed: Timer | None = None
        try:
            async with self._database.transaction() as tx:
                row = await tx.raw.fetchrow(_CLAIM, tx.now)
                if row is None:
                    return False
                claimed = Timer(**dict(row))
                await tx.raw.execute("DELETE FROM timer WHERE id = $1", claimed.id)
                await self._handle(claimed, tx)
        except Exception as error:
            if claimed is None:
                raise
            await self._postpone(claimed, error)
        self._metrics.timers.add(1)
        return True

    async def _handle(self, timer: Timer, tx: Transaction) -> None:
        name = f"timer {timer.kind}"
        with (
            remote_span(self._tracer, name, timer.traceparent, SpanKind.INTERNAL),
            working_on(None, str(timer.id)),
        ):
            await self._handlers[timer.kind](timer, tx)

    async def _postpone(self, timer: Timer, error: Exception) -> None:
        """A failing handler must not stop the others: try it again later, visibly."""
        log.error("timers.failed", kind=timer.kind, attempts=timer.attempts, error=kind_of(error))
        wait = RETRY_AFTER * min(timer.attempts + 1, 20)
        async with self._database.transaction() as tx:
            await tx.raw.execute(
                # Once, also when another wheel met it before it was postponed here.
                "UPDATE timer SET attempts = attempts + 1, due_at = $2"
                " WHERE id = $1 AND attempts = $3",
                timer.id,
                tx.now + (RETRY_SOON if is_transient(error) else wait),
                timer.attempts,
            )
