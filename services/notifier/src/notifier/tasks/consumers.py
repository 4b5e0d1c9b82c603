"""What the notifier hears of holds on diverted charges, and of coordination items."""

from notifier.tasks import handlers
from notifier.tasks.commands import RaiseTask
from shared.database import Transaction
from shared.events import ChargeHoldDeadlinePassed, ChargeHoldExpiring, CoordinationRequested
from shared.messages import Subscriptions


async def on_charge_hold_expiring(event: ChargeHoldExpiring, tx: Transaction) -> None:
    task = RaiseTask(event, "hold-expiring", event.hold_id, event.deadline_at)
    await handlers.raise_task(task, tx)


async def on_charge_hold_deadline_passed(event: ChargeHoldDeadlinePassed, tx: Transaction) -> None:
    task = RaiseTask(event, "hold-review", event.hold_id, event.deadline_at)
    await handlers.raise_task(task, tx)


async def on_coordination_requested(event: CoordinationRequested, tx: Transaction) -> None:
    task = RaiseTask(event, "coordination", event.coordination_id, event.due_at)
    await handlers.raise_task(task, tx)


SUBSCRIPTIONS: Subscriptions = {
    ChargeHoldExpiring: on_charge_hold_expiring,
    ChargeHoldDeadlinePassed: on_charge_hold_deadline_passed,
    CoordinationRequested: on_coordination_requested,
}
