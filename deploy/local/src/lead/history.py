"""The history across a restart: the broker inside this process forgets, databases do not.

What one service published and another had not handled when the process ended is published again,
before anybody listens. What was handled is skipped by the inbox.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared import outbox
from shared.database import Transaction
from shared.events.base import Event
from shared.service import Runtime

_HANDLED = """
SELECT event_id::text FROM inbox WHERE handler = $1
UNION ALL SELECT event_id FROM dead_letter WHERE handler = $1"""
_PUBLISHED = "SELECT id::text, created_at FROM outbox WHERE type = $1 AND topic = $2"


async def publish_unhandled_again(runtimes: Iterable[Runtime]) -> int:
    """Queue again what one of these services published and another has not handled.

    By spans: what lies between two such events leaves again too, and the inbox skips it.
    """
    by_name = {runtime.service.name: runtime for runtime in runtimes}
    queued = 0
    for runtime in by_name.values():
        for event, subscription in runtime.service.subscriptions.items():
            if event.service not in by_name:
                continue
            async with runtime.database.transaction() as tx:
                handled = {row[0] for row in await tx.raw.fetch(_HANDLED, subscription.name)}
            async with by_name[event.service].database.transaction() as tx:
                queued += await _replay_others(tx, event, handled)
    return queued


async def _replay_others(tx: Transaction, event: type[Event], handled: set[str]) -> int:
    published = await tx.raw.fetch(_PUBLISHED, event.type, event.topic)
    times: list[datetime] = [row["created_at"] for row in published if row["id"] not in handled]
    if not times:
        return 0
    until = max(times) + timedelta(microseconds=1)
    return await outbox.replay(
        tx.raw, since=min(times), until=until, topic=event.topic, type=event.type
    )
