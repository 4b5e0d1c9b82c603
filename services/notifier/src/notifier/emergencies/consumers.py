"""What the notifier hears of emergency access."""

from notifier.emergencies import handlers
from shared.database import Transaction
from shared.events import EmergencyAccessChanged
from shared.messages import Subscription, Subscriptions


async def on_emergency_access_changed(event: EmergencyAccessChanged, tx: Transaction) -> None:
    await handlers.follow(event, tx)


SUBSCRIPTIONS: Subscriptions = {
    EmergencyAccessChanged: Subscription("on_emergency_access_changed", on_emergency_access_changed)
}
