"""How a silent source is shown to those who wait for its reports, and told to the supervisor."""

from notifier import queue
from notifier.feeds import repository
from notifier.routing import PROGRAM_LINE
from notifier.staff.repository import find_policy
from shared.database import Transaction
from shared.events import FeedRecovered, FeedSilent


async def show_silence(event: FeedSilent, tx: Transaction) -> None:
    """The supervisor is told once per silence; the page says it as long as it lasts."""
    is_new = await repository.put_silent(tx, event.site, event.source_system, event.last_heard_at)
    if is_new:
        policy = await find_policy(tx, event.site)
        who = (policy.supervisor if policy else None) or PROGRAM_LINE
        await queue.add_notice(tx, event.site, [who], "feed_silent")


async def end_silence(event: FeedRecovered, tx: Transaction) -> None:
    await repository.remove_silent(tx, event.site, event.source_system)
