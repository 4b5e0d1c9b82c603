"""What the notifier hears of sources that fall silent and are heard again."""

from notifier.feeds import handlers
from shared.database import Transaction
from shared.events import FeedRecovered, FeedSilent
from shared.messages import Subscription, Subscriptions


async def on_feed_silent(event: FeedSilent, tx: Transaction) -> None:
    await handlers.show_silence(event, tx)


async def on_feed_recovered(event: FeedRecovered, tx: Transaction) -> None:
    await handlers.end_silence(event, tx)


SUBSCRIPTIONS: Subscriptions = {
    FeedSilent: Subscription("on_feed_silent", on_feed_silent),
    FeedRecovered: Subscription("on_feed_recovered", on_feed_recovered),
}
