"""What the notifier does by the clock."""

from uuid import UUID

from notifier import handlers
from notifier.asking import ANSWER_DUE
from notifier.commands import EscalateAlert
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers


async def on_answer_due(timer: Timer, tx: Transaction) -> None:
    await handlers.escalate_alert(EscalateAlert(UUID(timer.subject), "no_answer"), tx)


TIMERS: TimerHandlers = {ANSWER_DUE: on_answer_due}
