"""What the notifier does by the clock."""

from datetime import timedelta
from uuid import UUID

from notifier import handlers
from notifier.asking import ANSWER_DUE
from notifier.auditing.timers import TIMERS as AUDITOR
from notifier.commands import EscalateAlert
from notifier.coverage.looking_ahead import LOOK_AHEAD, look_ahead
from notifier.past.handlers import HISTORY_DUE, tell_history
from notifier.receipts.handlers import LOST_MESSAGE, follow_lost
from notifier.repository import is_alert_free
from notifier.staff.handlers import seal_addresses, tell_names
from shared.database import Transaction
from shared.timers import Timer, TimerHandlers, set_timer

# Somebody works on the alert at this moment, perhaps to answer it: the clock looks again soon.
BUSY_FOR = timedelta(seconds=1)


async def on_answer_due(timer: Timer, tx: Transaction) -> None:
    if await is_alert_free(tx, UUID(timer.subject)):
        await handlers.escalate_alert(EscalateAlert(UUID(timer.subject), "no_answer"), tx)
    else:
        await set_timer(tx, timer.kind, timer.subject, tx.now + BUSY_FOR)


async def on_seal_addresses(_: Timer, tx: Transaction) -> None:
    await seal_addresses(tx)


async def on_tell_names(_: Timer, tx: Transaction) -> None:
    await tell_names(tx)


async def on_look_ahead(timer: Timer, tx: Transaction) -> None:
    await look_ahead(timer.subject, tx)


async def on_lost_message(timer: Timer, tx: Transaction) -> None:
    await follow_lost(UUID(timer.subject), tx)


async def on_history_due(_: Timer, tx: Transaction) -> None:
    await tell_history(tx)


TIMERS: TimerHandlers = {
    HISTORY_DUE: on_history_due,
    **AUDITOR,
    LOST_MESSAGE: on_lost_message,
    LOOK_AHEAD: on_look_ahead,
    ANSWER_DUE: on_answer_due,
    "contacts.seal-addresses": on_seal_addresses,
    "staff.tell-names": on_tell_names,
}
