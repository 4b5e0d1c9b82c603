"""The auditor's timers; each sets itself again."""

from notifier.auditing import handlers
from notifier.auditing.domain import SWEEP_EVERY
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers, set_timer

SWEEP, TEST_PAGES = "audit.sweep", "audit.test-pages"


async def on_sweep(timer: Timer, tx: Transaction) -> None:
    await handlers.sweep(tx)
    await set_timer(tx, timer.kind, timer.subject, tx.now + SWEEP_EVERY)


async def on_test_pages(timer: Timer, tx: Transaction) -> None:
    wait = await handlers.send_test_pages(tx)
    await set_timer(tx, timer.kind, timer.subject, tx.now + wait)


TIMERS: TimerHandlers = {SWEEP: on_sweep, TEST_PAGES: on_test_pages}
