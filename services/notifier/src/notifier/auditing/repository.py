"""What the auditor looks at."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import and_, col, func, or_, select

from notifier import queue
from notifier.auditing.domain import CLOCK_LOST_AFTER, MESSAGE_LOST_AFTER, AlertAudit
from notifier.contacts.domain import Channel
from notifier.domain import OPEN, Alert, AlertState, AlertStep, StepKind
from shared.context import WorkContext, current
from shared.database import Transaction

PAGE = 200
_NOT_HELD = """NOT EXISTS (SELECT FROM delivery WHERE delivery.alert_id = alert.id
    AND delivery.state = 'queued' AND attempts = 0 AND next_attempt_at > :since)"""
_BEAT = """
INSERT INTO alert_audit (id, swept_at, open, stuck) VALUES (1, $1, $2, $3)
ON CONFLICT (id) DO UPDATE SET swept_at = $1, open = $2, stuck = $3"""
_TEST_PAGES = """
INSERT INTO delivery (id, site, recipient, channel, method_id, purpose, next_attempt_at,
                      traceparent, correlation_id, created_at)
SELECT uuidv7(), staff.site, staff.sub, reach.channel, reach.method_id, 'test', $2, $3, $4, $2
FROM staff JOIN reach ON reach.site = staff.site AND reach.sub = staff.sub
WHERE staff.site = $1 AND staff.reachable AND reach.alert_class = 'custody'"""


async def find_heartbeat(tx: Transaction) -> AlertAudit | None:
    return await tx.get(AlertAudit, 1, populate_existing=True)


async def beat(tx: Transaction, still_open: int, stuck: int) -> None:
    await tx.raw.execute(_BEAT, tx.now, still_open, stuck)


async def count_open(tx: Transaction) -> int:
    query = select(func.count()).select_from(Alert).where(col(Alert.state).in_(OPEN))
    return int((await tx.exec(query)).one())


async def list_stuck(tx: Transaction) -> list[Alert]:
    """Locked; who is being answered at this moment is not stuck and is left out."""
    waiting = col(Alert.state) == AlertState.WAITING
    lost = and_(waiting, col(Alert.due_at) < tx.now - CLOCK_LOST_AFTER)
    unsent = and_(
        waiting,
        col(Alert.due_at).is_(None),
        col(Alert.raised_at) < tx.now - MESSAGE_LOST_AFTER,
        # Quiet hours or a digest hold it, as they should.
        text(_NOT_HELD).bindparams(since=tx.now - MESSAGE_LOST_AFTER),
    )
    query = (
        select(Alert)
        .where(or_(col(Alert.state) == AlertState.UNANSWERED, lost, unsent))
        .order_by(col(Alert.id))
        .limit(PAGE)
        .with_for_update(skip_locked=True)
    )
    return list((await tx.exec(query)).all())


async def last_raised(tx: Transaction, alert_id: UUID) -> datetime | None:
    """When somebody was last told that the alert is stuck."""
    query = select(func.max(AlertStep.at)).where(
        AlertStep.alert_id == alert_id, AlertStep.kind == StepKind.STUCK
    )
    return (await tx.exec(query)).one()


async def list_sites(tx: Transaction) -> list[str]:
    return [row["site"] for row in await tx.raw.fetch("SELECT DISTINCT site FROM staff ORDER BY 1")]


async def add_test_pages(tx: Transaction, site: str) -> None:
    """By every method by which a custody alert would come."""
    trace, correlation = WorkContext.traceparent(), current().correlation_id
    await tx.raw.execute(_TEST_PAGES, site, tx.now, trace, correlation)
    queue.wake(tx, Channel)
