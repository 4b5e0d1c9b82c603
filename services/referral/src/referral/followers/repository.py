"""Followers and what is to be told them: an intent that is claimed, tried, and ends once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.context import WorkContext
from shared.database import Transaction
from shared.housekeeping import rows_of
from shared.ids import new_id

LEASE_SECONDS = 60
WAKE = "follow-ups"

# Leases follow the database's clock, which no test or rehearsal moves.
_CLAIM = """
WITH claimed AS (
    UPDATE follow_up SET lease = $2, leased_until = now() + make_interval(secs => $3),
        attempts = attempts + 1
    WHERE id = (
        SELECT id FROM follow_up
        WHERE state = 'queued' AND next_attempt_at <= $1
          AND (leased_until IS NULL OR leased_until < now())
        ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *)
SELECT claimed.id, claimed.lease, claimed.site, claimed.source, claimed.body, claimed.attempts,
       claimed.traceparent, follower.url, follower.secret
FROM claimed LEFT JOIN follower ON follower.site = claimed.site
    AND follower.source = claimed.source"""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed message; without an address when the follower went away meanwhile."""

    id: UUID
    lease: UUID
    site: str
    source: str
    body: str
    attempts: int
    traceparent: str | None
    url: str | None
    secret: str | None = field(repr=False)


async def put_follower(tx: Transaction, site: str, source: str, url: str, secret: str) -> None:
    await tx.raw.execute(
        """INSERT INTO follower (site, source, url, secret, since) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (site, source) DO UPDATE
               SET url = excluded.url, secret = excluded.secret, since = excluded.since""",
        site,
        source,
        url,
        secret,
        tx.now,
    )


async def delete_follower(tx: Transaction, site: str, source: str) -> bool:
    tag = await tx.raw.execute("DELETE FROM follower WHERE site = $1 AND source = $2", site, source)
    return bool(rows_of(tag))


async def list_follow_ups(tx: Transaction, site: str, source: str, limit: int) -> list[Any]:
    """The newest first."""
    rows = await tx.raw.fetch(
        """SELECT id, state, attempts, outcome, created_at, ended_at FROM follow_up
           WHERE site = $1 AND source = $2 ORDER BY id DESC LIMIT $3""",
        site,
        source,
        limit,
    )
    return list(rows)


async def add_follow_up(tx: Transaction, site: str, source: str, body: str) -> None:
    """Nothing when nobody follows that source."""
    await tx.raw.execute(
        """INSERT INTO follow_up (id, site, source, body, created_at, next_attempt_at, traceparent)
           SELECT $1, site, source, $4, $5, $5, $6 FROM follower WHERE site = $2 AND source = $3""",
        new_id(),
        site,
        source,
        body,
        tx.now,
        WorkContext.traceparent(),
    )
    tx.signal(WAKE)


async def claim(tx: Transaction) -> Job | None:
    """The next message that is due, for this worker alone until the lease ends."""
    row = await tx.raw.fetchrow(_CLAIM, tx.now, new_id(), LEASE_SECONDS)
    return Job(**dict(row)) if row else None


async def end(tx: Transaction, job: Job, state: str, outcome: str) -> None:
    await tx.raw.execute(
        "UPDATE follow_up SET state = $3, outcome = $4, ended_at = $5, lease = NULL,"
        " leased_until = NULL WHERE id = $1 AND lease = $2",
        job.id,
        job.lease,
        state,
        outcome,
        tx.now,
    )


async def postpone(tx: Transaction, job: Job, until: datetime, outcome: str) -> None:
    await tx.raw.execute(
        "UPDATE follow_up SET next_attempt_at = $3, outcome = $4, lease = NULL,"
        " leased_until = NULL WHERE id = $1 AND lease = $2",
        job.id,
        job.lease,
        until,
        outcome,
    )


async def forget_follow_ups(tx: Transaction, before: datetime, limit: int) -> int:
    tag = await tx.raw.execute(
        "DELETE FROM follow_up WHERE id IN (SELECT id FROM follow_up WHERE ended_at < $1 LIMIT $2)",
        before,
        limit,
    )
    return rows_of(tag)
