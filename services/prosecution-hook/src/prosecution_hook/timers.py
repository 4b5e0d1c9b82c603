"""What comes due in prosecution-hook. Nothing here can end a hold: see holds/domain.py."""

from uuid import UUID

from prosecution_hook.coordination import handlers as coordination
from prosecution_hook.holds import handlers as holds
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers


async def on_charge_hold(timer: Timer, tx: Transaction) -> None:
    if hold := await holds.tick(UUID(timer.subject), tx):
        await coordination.review_hold(hold, tx)


TIMERS: TimerHandlers = {holds.TIMER: on_charge_hold}
