"""What the notifier hears of holds on diverted charges, and of coordination items."""

from notifier.locks import lock_people_of
from notifier.tasks import handlers
from notifier.tasks.commands import RaiseTask
from shared.database import Transaction
from shared.events import ChargeHoldDeadlinePassed, ChargeHoldExpiring, CoordinationRequested
from shared.messages import Subscription, Subscriptions


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
    ChargeHoldExpiring: Subscription(
        "on_charge_hold_expiring", on_charge_hold_expiring, lock_first=lock_people_of
    ),
    ChargeHoldDeadlinePassed: Subscription(
        "on_charge_hold_deadline_passed", on_charge_hold_deadline_passed, lock_first=lock_people_of
    ),
    CoordinationRequested: Subscription(
        "on_coordination_requested", on_coordination_requested, lock_first=lock_people_of
    ),
}
