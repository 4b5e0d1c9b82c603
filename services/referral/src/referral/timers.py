"""What referral does by the clock."""

from datetime import timedelta
from typing import cast
from uuid import UUID

from referral.contacts.repository import forget_refusals
from referral.feeds.handlers import watch_feeds
from referral.feeds.repository import note_reports
from referral.followers.repository import forget_follow_ups
from referral.handoffs.handlers import CLOCK, note_late
from referral.settings import Settings
from shared.config import ServiceSettings
from shared.database import Transaction
from shared.housekeeping import PAGE
from shared.timers import Timer, TimerHandlers, set_timer

FEEDS = "feeds"
FEEDS_EVERY = timedelta(minutes=1)
FLOORS = "feed-floors"
FLOORS_EVERY = timedelta(hours=1)


async def bring_feeds_up_to_date(timer: Timer, tx: Transaction) -> None:
    """Off the hot path: reports leave no mark on their feed while they come in."""
    # One more turn back: a report may have been committing during the last one.
    await note_reports(tx, timer.due_at - 2 * FEEDS_EVERY)
    await watch_feeds(tx, counting=False)
    await set_timer(tx, FEEDS, timer.subject, tx.now + FEEDS_EVERY)


async def count_reports(timer: Timer, tx: Transaction) -> None:
    """A day's reports are counted by the hour: of a large city they are many."""
    await watch_feeds(tx, counting=True)
    await set_timer(tx, FLOORS, timer.subject, tx.now + FLOORS_EVERY)


async def sweep_refusals(tx: Transaction, settings: ServiceSettings) -> int:
    before = tx.now - timedelta(days=cast("Settings", settings).refusal_retention_days)
    return await forget_refusals(tx, before, PAGE)


async def on_handoff_due(timer: Timer, tx: Transaction) -> None:
    await note_late(UUID(timer.subject), tx)


async def sweep_follow_ups(tx: Transaction, settings: ServiceSettings) -> int:
    before = tx.now - timedelta(days=settings.event_retention_days)
    return await forget_follow_ups(tx, before, PAGE)


TIMERS: TimerHandlers = {
    FEEDS: bring_feeds_up_to_date,
    FLOORS: count_reports,
    CLOCK: on_handoff_due,
}
SWEEPS = (sweep_refusals, sweep_follow_ups)
