"""Queries about contact methods, and the plan by which the hot path reaches each person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from notifier import queue
from notifier.contacts.domain import ContactMethod, ContactRule, Reach
from notifier.errors import MethodNotFound
from notifier.routing import PROGRAM_LINE
from shared.database import Transaction

_PLAN = """
INSERT INTO reach (site, sub, alert_class, method_id, channel, after_seconds)
SELECT $1, $2, * FROM unnest($3::text[], $4::uuid[], $5::text[], $6::integer[])"""

# Another message of the same step or notice, queued or sent, is another way already; one that was
# to come later comes now. A code, or a test of one way, is of neither: it goes no other way.
_ANOTHER_WAY = """
WITH this AS (SELECT * FROM delivery WHERE id = $1),
other AS (
    SELECT d.* FROM delivery d JOIN this ON d.recipient = this.recipient
        AND (d.step = this.step OR d.notice = this.notice)
    WHERE d.id <> this.id AND d.state IN ('queued', 'sent')),
sooner AS (
    UPDATE delivery SET next_attempt_at = $2
    WHERE id = (SELECT id FROM other ORDER BY next_attempt_at LIMIT 1)
      AND NOT EXISTS (SELECT FROM other WHERE attempts > 0 OR next_attempt_at <= $2)
      AND state = 'queued' RETURNING channel),
added AS (
    INSERT INTO delivery (id, site, recipient, channel, method_id, purpose, alert_id, step,
                          notice, next_attempt_at, traceparent, correlation_id, created_at,
                          held_until)
    SELECT uuidv7(), this.site, this.recipient, m.channel, m.id, this.purpose, this.alert_id,
           this.step, this.notice, $2, this.traceparent, this.correlation_id, $3,
           CASE WHEN this.held_until IS NOT NULL THEN $2::timestamptz END
    FROM this JOIN contact_method m ON m.site = this.site AND m.sub = this.recipient
    WHERE m.verified_at IS NOT NULL AND m.gone_at IS NULL AND NOT EXISTS (SELECT FROM other)
      AND (this.step IS NOT NULL OR this.notice IS NOT NULL)
      AND NOT EXISTS (SELECT FROM delivery d WHERE d.method_id = m.id
          AND (d.step = this.step OR d.notice = this.notice))
    ORDER BY m.position LIMIT 1 RETURNING channel)
SELECT EXISTS (SELECT FROM other) OR EXISTS (SELECT FROM added) AS exists,
       coalesce((SELECT channel FROM sooner), (SELECT channel FROM added)) AS channel"""

# Two messages of one notice may be refused at the same time, and the last must see the first.
_LOCK_NOTICE = """
SELECT pg_advisory_xact_lock(3, hashtext(notice::text)) FROM delivery
WHERE id = $1 AND notice IS NOT NULL"""
_PROGRAM_LINE = """
INSERT INTO delivery (id, site, recipient, channel, purpose, notice, next_attempt_at, traceparent,
                      correlation_id, created_at)
SELECT uuidv7(), site, $2, 'email', purpose, notice, $3, traceparent, correlation_id, $3
FROM delivery AS this
WHERE id = $1 AND notice IS NOT NULL AND NOT EXISTS (
    SELECT FROM delivery d WHERE d.notice = this.notice
        AND (d.state IN ('queued', 'sent') OR d.recipient = $2))
RETURNING channel"""


@dataclass(frozen=True, slots=True)
class AnotherWay:
    """Whether there is one; its channel, when it is taken only because of this."""

    exists: bool
    channel: str | None


async def try_another_way(tx: Transaction, delivery_id: UUID, at: datetime) -> AnotherWay:
    """Send the same by the person's next method, unless another message of it is under way."""
    found = AnotherWay(**dict(await tx.raw.fetchrow(_ANOTHER_WAY, delivery_id, at, tx.now)))
    queue.wake(tx, [found.channel] if found.channel else [])
    return found


async def lock_notice(tx: Transaction, delivery_id: UUID) -> None:
    await tx.raw.execute(_LOCK_NOTICE, delivery_id)


async def tell_program_line(tx: Transaction, delivery_id: UUID) -> None:
    """A notice that reached nobody it was for, and that nothing under way will bring."""
    channels = await tx.raw.fetch(_PROGRAM_LINE, delivery_id, PROGRAM_LINE, tx.now)
    queue.wake(tx, [row["channel"] for row in channels])


async def list_methods(
    tx: Transaction, sites: Iterable[str], sub: str | None = None
) -> list[ContactMethod]:
    """One person's, or everybody's at these sites, in the order in which they are preferred."""
    query = select(ContactMethod).where(col(ContactMethod.site).in_(list(sites)))
    if sub is not None:
        query = query.where(ContactMethod.sub == sub)
    order = (col(ContactMethod.site), col(ContactMethod.sub), col(ContactMethod.position))
    return list((await tx.exec(query.order_by(*order, col(ContactMethod.id)))).all())


async def get_method(tx: Transaction, site: str, sub: str, method_id: UUID) -> ContactMethod:
    """Locked. Raises MethodNotFound also for another person's."""
    query = select(ContactMethod).where(
        ContactMethod.id == method_id, ContactMethod.site == site, ContactMethod.sub == sub
    )
    found = (await tx.exec(query.with_for_update())).first()
    if found is None:
        raise MethodNotFound
    return found


async def get_own_method(
    tx: Transaction, sites: Iterable[str], sub: str, method_id: UUID
) -> ContactMethod:
    """Locked, at whichever of the person's sites. Raises MethodNotFound."""
    query = select(ContactMethod).where(
        ContactMethod.id == method_id,
        ContactMethod.sub == sub,
        col(ContactMethod.site).in_(list(sites)),
    )
    found = (await tx.exec(query.with_for_update())).first()
    if found is None:
        raise MethodNotFound
    return found


async def list_rules(tx: Transaction, sites: Iterable[str], sub: str) -> list[ContactRule]:
    query = select(ContactRule).where(
        col(ContactRule.site).in_(list(sites)), ContactRule.sub == sub
    )
    return list((await tx.exec(query)).all())


async def replace_plan(tx: Transaction, site: str, sub: str, plan: Sequence[Reach]) -> None:
    await tx.raw.execute("DELETE FROM reach WHERE site = $1 AND sub = $2", site, sub)
    await tx.raw.execute(
        _PLAN,
        site,
        sub,
        [one.alert_class for one in plan],
        [one.method.id for one in plan],
        [one.method.channel for one in plan],
        [one.after_seconds for one in plan],
    )


async def count_codes(tx: Transaction, site: str, sub: str) -> int:
    """Codes sent to this person's addresses within the last hour."""
    return int(
        await tx.raw.fetchval(
            "SELECT count(*) FROM delivery WHERE site = $1 AND recipient = $2"
            " AND purpose = 'verify' AND created_at > $3",
            site,
            sub,
            tx.now - timedelta(hours=1),
        )
    )


async def cancel_codes(tx: Transaction, method_id: UUID) -> None:
    """A newer code makes those that still wait useless."""
    await tx.raw.execute(
        "UPDATE delivery SET state = 'cancelled', ended_at = $2 WHERE method_id = $1"
        " AND purpose = 'verify' AND state = 'queued' AND lease IS NULL",
        method_id,
        tx.now,
    )
