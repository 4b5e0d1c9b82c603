"""Housekeeping: what every service forgets, and when. A timer that sets itself again.

Reports are about people who mostly are not participants: they leave the outbox history first
(R-12). Time is the service's clock, so that a test can move it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from shared import outbox
from shared.config import ServiceSettings
from shared.database import Transaction
from shared.events import ALL, Report
from shared.timers import Timer, set_timer

KIND = "housekeeping"
EVERY = timedelta(minutes=1)
# Rows per sweep: a long backlog must not become a long transaction.
PAGE = 10_000
REPORTS = tuple(event.type for event in ALL if issubclass(event, Report))

# Forgets at most `PAGE` rows that are past their time; returns how many it did.
Sweep = Callable[[Transaction, ServiceSettings], Awaitable[int]]


async def sweep_reports(tx: Transaction, settings: ServiceSettings) -> int:
    """Published reports, and dead letters made of them, out of the outbox history."""
    before = tx.now - timedelta(hours=settings.report_retention_hours)
    return await outbox.prune(tx.raw, before, types=REPORTS, limit=PAGE)


async def sweep_events(tx: Transaction, settings: ServiceSettings) -> int:
    before = tx.now - timedelta(days=settings.event_retention_days)
    return await outbox.prune(tx.raw, before, limit=PAGE)


async def sweep_idempotency_keys(tx: Transaction, settings: ServiceSettings) -> int:
    before = tx.now - timedelta(days=settings.idempotency_retention_days)
    tag = await tx.raw.execute(
        "DELETE FROM idempotency_key WHERE digest IN"
        " (SELECT digest FROM idempotency_key WHERE created_at < $1 LIMIT $2)",
        before,
        PAGE,
    )
    return rows_of(tag)


async def sweep_inbox(tx: Transaction, settings: ServiceSettings) -> int:
    before = tx.now - timedelta(days=settings.inbox_retention_days)
    tag = await tx.raw.execute(
        "DELETE FROM inbox WHERE (event_id, handler) IN"
        " (SELECT event_id, handler FROM inbox WHERE handled_at < $1 LIMIT $2)",
        before,
        PAGE,
    )
    return rows_of(tag)


async def sweep_readable_answers(tx: Transaction, _: ServiceSettings) -> int:
    """What a process of an earlier release keeps unsealed while this one is rolled out."""
    return rows_of(
        await tx.raw.execute(
            "UPDATE idempotency_key SET body = NULL, etag = NULL"
            " WHERE body IS NOT NULL AND NOT sealed"
        )
    )


COMMON: tuple[Sweep, ...] = (
    sweep_reports,
    sweep_events,
    sweep_idempotency_keys,
    sweep_readable_answers,
    sweep_inbox,
)


def housekeeper(
    settings: ServiceSettings, own: Sequence[Sweep]
) -> Callable[[Timer, Transaction], Awaitable[None]]:
    """The timer's handler: every sweep, then again soon, or at once when there was too much."""

    async def keep_house(timer: Timer, tx: Transaction) -> None:
        swept = [await sweep(tx, settings) for sweep in (*COMMON, *own)]
        wait = timedelta() if max(swept) >= PAGE else EVERY
        await set_timer(tx, KIND, timer.subject, tx.now + wait)

    return keep_house


def rows_of(tag: str) -> int:
    """How many rows a statement touched, from its command tag."""
    return int(tag.rsplit(" ", 1)[1])
