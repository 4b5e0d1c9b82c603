"""The one order in which whatever concerns alerts is locked. Everything that waits keeps to it.

1. **Participants**: an advisory lock each, all that a transaction needs at once, in the order of
   their keys, before any row. Who holds it has the participant's assignment, threads and alerts.
2. **Assignment and participation, then threads, then alerts** of these participants.
3. **Deliveries**, then inbox items.
4. **Timers, staff and contact methods**, whose holders never wait for anything above.

Who cannot keep to it does not wait. A timer that fires holds its own row already: it *tries* for
the participant (`is_free`) and comes back a moment later. A worker that claims deliveries, and the
auditor, skip what is locked. The deliveries of one alert may be recorded as sent under the lock of
that alert alone, since nothing further is waited for.
"""

import hashlib
from collections.abc import Iterable, Sequence

from shared.database import Transaction
from shared.events.base import Event

_LOCK = "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key"
_TRY = "SELECT pg_try_advisory_xact_lock($1)"

Person = tuple[str, str]


async def lock_people(tx: Transaction, people: Iterable[Person]) -> None:
    """Wait for all of these, each a site and a participant; once, and first in a transaction."""
    if keys := sorted({key_of(*person) for person in people}):
        await tx.raw.execute(_LOCK, keys)


async def lock_people_of(events: Sequence[Event], tx: Transaction) -> None:
    """What one poll brings is one transaction: all whom its events concern, before any handler."""
    await lock_people(tx, ((event.site, event.subject) for event in events))


async def is_free(tx: Transaction, site: str, participant: str) -> bool:
    """Lock without waiting. False while somebody else works on this participant's alerts."""
    return bool(await tx.raw.fetchval(_TRY, key_of(site, participant)))


def key_of(site: str, participant: str) -> int:
    """64 bits, signed: alike in every process. Two that share a key only wait for each other."""
    digest = hashlib.blake2b(f"{site}:{participant}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
