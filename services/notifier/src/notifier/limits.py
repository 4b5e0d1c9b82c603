"""Too many messages to one person: the next wait a few minutes and come as one; none is dropped."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from notifier.queue import Job
from shared.database import Transaction

HELD_FOR = timedelta(minutes=5)

# Two workers must not count at the same time. Taken in one order, and last in a transaction.
_LOCK = "SELECT pg_advisory_xact_lock(2, hashtext($1))"
# What came together counts once; what is being sent elsewhere counts.
_RECENT = """
SELECT method_id, count(*) FILTER (WHERE held_until IS NULL) + count(DISTINCT held_until) AS count
FROM delivery JOIN unnest($1::uuid[], $2::int[]) AS one (method, minutes) ON method_id = one.method
WHERE created_at > $3::timestamptz - interval '2 days' AND id <> ALL($4)
  AND (ended_at > $3 - make_interval(mins => minutes) AND state = 'sent'
       OR state = 'queued' AND leased_until > now())
GROUP BY method_id"""
_HELD = """
SELECT min(held_until) FROM delivery
WHERE method_id = $1 AND state = 'queued' AND held_until > $2
  AND created_at > $2::timestamptz - interval '2 days'"""
_HOLD = """
UPDATE delivery SET held_until = $3, next_attempt_at = $4, attempts = attempts - 1,
    unknowns = unknowns - 1, lease = NULL, leased_until = NULL
WHERE id = $1 AND lease = $2"""


async def too_many(tx: Transaction, bundles: Sequence[Sequence[Job]]) -> set[UUID]:
    """Those of the claimed messages that are more than their recipient's site wants at a time."""
    limits = {
        job.method_id: job.within_minutes
        for bundle in bundles
        for job in bundle
        if job.method_id is not None and job.at_most is not None
    }
    if not limits:
        return set()
    for method in sorted(map(str, limits)):
        await tx.raw.execute(_LOCK, method)
    mine = [job.id for bundle in bundles for job in bundle]
    minutes = list(limits.values())
    rows = await tx.raw.fetch(_RECENT, list(limits), minutes, tx.now, mine)
    return choose(bundles, {row["method_id"]: row["count"] for row in rows})


def choose(bundles: Sequence[Sequence[Job]], recent: dict[UUID, int]) -> set[UUID]:
    """What may wait and is over the limit, one message after the other. What may not wait counts,
    and goes."""
    counts, found = dict(recent), set[UUID]()
    for bundle in bundles:
        first = bundle[0]
        if first.method_id is None or first.at_most is None:
            continue
        count = counts.get(first.method_id, 0)
        if count >= first.at_most and all(job.may_be_held for job in bundle):
            found |= {job.id for job in bundle}
        else:
            counts[first.method_id] = count + 1
    return found


async def held_until(tx: Transaction, job: Job) -> datetime:
    """The time of the others of this person that are held, so that all come as one."""
    until: datetime | None = await tx.raw.fetchval(_HELD, job.method_id, tx.now)
    return until or _whole_minute(tx.now + HELD_FOR)


async def hold(tx: Transaction, job: Job, until: datetime, leaves_at: datetime) -> bool:
    """False when the lease ran out and somebody else has the delivery now."""
    tag = await tx.raw.execute(_HOLD, job.id, job.lease, until, leaves_at)
    return bool(tag == "UPDATE 1")


def _whole_minute(at: datetime) -> datetime:
    """The next one: what two workers hold at nearly the same time is held until the same time."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)
