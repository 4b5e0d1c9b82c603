"""What comes due in prosecution-hook. Nothing here can end a hold: see holds/domain.py."""

from uuid import UUID

from prosecution_hook.coordination import handlers as coordination
from prosecution_hook.holds import handlers as holds
from prosecution_hook.partners import handlers as partners
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers


async def on_charge_hold(timer: Timer, tx: Transaction) -> None:
    if hold := await holds.tick(UUID(timer.subject), tx):
        await coordination.review_hold(hold, tx)


async def on_break_glass(timer: Timer, tx: Transaction) -> None:
    await partners.end_emergency(UUID(timer.subject), tx)


TIMERS: TimerHandlers = {holds.TIMER: on_charge_hold, partners.BREAK_GLASS: on_break_glass}
