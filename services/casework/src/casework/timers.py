"""What casework does when a time has come."""

from datetime import timedelta
from uuid import UUID

from casework.consents.handlers import COMES_INTO_FORCE
from casework.matching import contacts
from casework.participants.handlers import enroll_by_consent
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers, set_timer

# The first row of this timer comes with the migration; each round sets the next.
PURGE = "purge-contacts"
PURGE_EVERY = timedelta(minutes=1)


async def on_purge_due(timer: Timer, tx: Transaction) -> None:
    """What becomes due before the next round goes now: a minute early is never too late (R-12)."""
    more = await contacts.purge_due(tx, tx.now + PURGE_EVERY)
    await set_timer(tx, PURGE, timer.subject, tx.now if more else tx.now + PURGE_EVERY)


async def on_consent_day(timer: Timer, tx: Transaction) -> None:
    await enroll_by_consent(UUID(timer.subject), tx)


TIMERS: TimerHandlers = {PURGE: on_purge_due, COMES_INTO_FORCE: on_consent_day}
