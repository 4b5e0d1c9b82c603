"""What the notifier does by the clock."""

from uuid import UUID

from notifier import handlers
from notifier.asking import ANSWER_DUE
from notifier.auditing.timers import TIMERS as AUDITOR
from notifier.commands import EscalateAlert
from notifier.staff.handlers import seal_addresses
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers


async def on_answer_due(timer: Timer, tx: Transaction) -> None:
    await handlers.escalate_alert(EscalateAlert(UUID(timer.subject), "no_answer"), tx)


async def on_seal_addresses(_: Timer, tx: Transaction) -> None:
    await seal_addresses(tx)


TIMERS: TimerHandlers = {
    **AUDITOR,
    ANSWER_DUE: on_answer_due,
    "contacts.seal-addresses": on_seal_addresses,
}
