"""Every query about alerts beside the hot path (recording.py) and deliveries (queue.py)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from notifier.domain import (
    ASKING,
    OPEN,
    Alert,
    AlertEntry,
    AlertNote,
    AlertState,
    AlertStep,
    Assignment,
    InboxItem,
    StepKind,
)
from notifier.errors import AlertNotFound
from notifier.locks import is_free, lock_people
from shared.callers import Caller
from shared.database import Transaction

_PUT = """
INSERT INTO inbox_item (recipient, alert_id, site) VALUES ($1, $2, $3)
ON CONFLICT (recipient, alert_id) DO NOTHING"""
_LOCK = "SELECT FROM alert WHERE id = $1 FOR UPDATE"
_WHOSE = "SELECT site, participant FROM alert WHERE id = ANY($1)"
_TOUCH = "UPDATE inbox_item SET seq = nextval('inbox_seq') WHERE alert_id = $1"
# Not every look: one line per person and half hour says who looked.
_VIEWED = """
INSERT INTO alert_step (alert_id, at, kind, who, by)
SELECT $1, $2, 'viewed', $3, $3 WHERE NOT EXISTS (
    SELECT FROM alert_step WHERE alert_id = $1 AND kind = 'viewed' AND who = $3
    AND at > $2::timestamptz - interval '30 minutes')"""
_UNREAD = """
SELECT id FROM unnest($1::uuid[]) AS id WHERE NOT EXISTS (
    SELECT FROM alert_step WHERE alert_id = id AND kind = 'viewed' AND who = $2)"""
_CHANGED = """
SELECT seq, alert_id, recipient, site FROM inbox_item WHERE seq > $1 ORDER BY seq LIMIT $2"""
_STREAM = """
SELECT max(seq) AS seq, alert_id FROM inbox_item
WHERE site = ANY($1) AND ($3 OR recipient = $2) AND seq > $4
GROUP BY alert_id ORDER BY 1 LIMIT $5"""


async def lock_people_of_alerts(tx: Transaction, alert_ids: Iterable[UUID]) -> None:
    """Whom these alerts are about, before any of them is locked (locks.py)."""
    rows = await tx.raw.fetch(_WHOSE, list(alert_ids))
    await lock_people(tx, ((row["site"], row["participant"]) for row in rows))


async def is_alert_free(tx: Transaction, alert_id: UUID) -> bool:
    """Lock whom the alert is about without waiting, for who holds a timer. True without alert."""
    rows = await tx.raw.fetch(_WHOSE, [alert_id])
    return all([await is_free(tx, row["site"], row["participant"]) for row in rows])


class InboxChange(NamedTuple):
    """An alert that came into, or changed in, one person's inbox."""

    seq: int
    alert_id: UUID
    recipient: str
    site: str


async def get_alert(tx: Transaction, alert_id: UUID) -> Alert:
    """Locked. Raises AlertNotFound."""
    return await _first(tx, select(Alert).where(Alert.id == alert_id).with_for_update())


async def lock_alerts(tx: Transaction, alerts: Iterable[UUID | None]) -> None:
    """One after the other in the order given; None stands for no alert."""
    await tx.raw.executemany(_LOCK, [(alert,) for alert in alerts if alert is not None])


async def get_visible_alert(
    tx: Transaction, alert_id: UUID, caller: Caller, *, lock: bool = False
) -> Alert:
    """Raises AlertNotFound also for what this caller may not know of."""
    if lock:
        await lock_people_of_alerts(tx, [alert_id])
    query = select(Alert).where(Alert.id == alert_id, *_visible(caller))
    alert = await _first(tx, query.with_for_update() if lock else query)
    tx.concerns.add(alert.participant)
    return alert


async def _first(tx: Transaction, query: Any) -> Alert:
    alert: Alert | None = (await tx.exec(query)).first()
    if alert is None:
        raise AlertNotFound
    return alert


def _visible(caller: Caller) -> tuple[Any, ...]:
    """A supervisor's: the site's. A case manager's: what was routed to them or is about theirs."""
    at_site = col(Alert.site).in_(caller.sites)
    if caller.has("supervisor"):
        return (at_site,)
    routed = select(InboxItem.alert_id).where(InboxItem.recipient == caller.sub)
    theirs = (
        select(Alert.id)
        .join(
            Assignment,
            (col(Assignment.participant) == col(Alert.participant))
            & (col(Assignment.site) == col(Alert.site)),
        )
        .where(Assignment.case_manager == caller.sub, col(Assignment.assigned_to).is_(None))
    )
    return (at_site, or_(col(Alert.id).in_(routed), col(Alert.id).in_(theirs)))


async def list_alerts(
    tx: Transaction,
    caller: Caller,
    *,
    states: Sequence[AlertState],
    limit: int,
    before: int | None = None,
) -> list[tuple[Alert, AlertEntry]]:
    """Newest first, each with the report that it is called by (headline.py)."""
    query = (
        select(Alert, AlertEntry)
        .join(AlertEntry, col(AlertEntry.event_id) == col(Alert.headline))
        .where(*_visible(caller), col(Alert.state).in_(states))
        .order_by(col(Alert.number).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(Alert.number) < before)
    found = [(alert, entry) for alert, entry in (await tx.exec(query)).all()]
    tx.concerns.update(alert.participant for alert, _ in found)
    return found


async def list_newest(tx: Transaction, alert_ids: Sequence[UUID]) -> dict[UUID, AlertEntry]:
    """Of each alert the report that arrived last and was not withdrawn."""
    query = (
        select(AlertEntry)
        .where(col(AlertEntry.alert_id).in_(alert_ids), col(AlertEntry.withdrawn_at).is_(None))
        .ext(distinct_on(col(AlertEntry.alert_id)))
        .order_by(
            col(AlertEntry.alert_id),
            col(AlertEntry.recorded_at).desc(),
            col(AlertEntry.event_id).desc(),
        )
    )
    return {entry.alert_id: entry for entry in (await tx.exec(query)).all()}


async def count_answered(tx: Transaction, caller: Caller, since: datetime) -> int:
    query = select(func.count()).where(
        Alert.answered_by == caller.sub,
        col(Alert.site).in_(caller.sites),
        col(Alert.answered_at) >= since,
    )
    return int((await tx.exec(query)).one())


async def list_open(tx: Transaction, sites: Sequence[str], limit: int) -> list[Alert]:
    """Alerts without an end, oldest first."""
    query = (
        select(Alert)
        .where(col(Alert.site).in_(sites), col(Alert.state).in_(OPEN))
        .order_by(col(Alert.number))
        .limit(limit)
    )
    return list((await tx.exec(query)).all())


async def list_open_about(tx: Transaction, site: str, participant: str) -> list[Alert]:
    """Locked."""
    return await _list_open(tx, Alert.site == site, Alert.participant == participant)


async def list_open_in_thread(tx: Transaction, thread_id: UUID) -> list[Alert]:
    """Locked."""
    return await _list_open(tx, Alert.thread_id == thread_id)


async def _list_open(tx: Transaction, *conditions: Any) -> list[Alert]:
    query = select(Alert).where(*conditions, col(Alert.state).in_(OPEN))
    return list((await tx.exec(query.order_by(col(Alert.id)).with_for_update())).all())


async def list_entries(tx: Transaction, thread_id: UUID) -> list[AlertEntry]:
    query = (
        select(AlertEntry)
        .where(AlertEntry.thread_id == thread_id)
        .order_by(col(AlertEntry.recorded_at), col(AlertEntry.event_id))
    )
    return list((await tx.exec(query)).all())


async def get_entry(tx: Transaction, event_id: UUID) -> AlertEntry:
    """A report that an alert stands on."""
    return (await tx.exec(select(AlertEntry).where(AlertEntry.event_id == event_id))).one()


async def list_notes(tx: Transaction, alert_id: UUID) -> list[AlertNote]:
    query = select(AlertNote).where(AlertNote.alert_id == alert_id).order_by(col(AlertNote.id))
    return list((await tx.exec(query)).all())


async def list_steps(tx: Transaction, alert_id: UUID) -> list[AlertStep]:
    query = select(AlertStep).where(AlertStep.alert_id == alert_id).order_by(col(AlertStep.seq))
    return list((await tx.exec(query)).all())


async def list_seen(tx: Transaction, alert_id: UUID) -> set[str]:
    """Who was asked or passed over before."""
    kinds = (*ASKING, StepKind.PASSED_OVER)
    query = select(AlertStep.who).where(
        AlertStep.alert_id == alert_id,
        col(AlertStep.kind).in_(kinds),
        col(AlertStep.who).is_not(None),
    )
    return {str(who) for who in (await tx.exec(query)).all()}


async def list_unread(tx: Transaction, alert_ids: Sequence[UUID], sub: str) -> set[UUID]:
    """Those of the alerts that this person has not opened yet."""
    rows = await tx.raw.fetch(_UNREAD, alert_ids, sub)
    return {row["id"] for row in rows}


async def note_view(tx: Transaction, alert_id: UUID, sub: str) -> None:
    await tx.raw.execute(_VIEWED, alert_id, tx.now, sub)


async def put_in_inbox(tx: Transaction, alert: Alert, recipient: str) -> None:
    await tx.raw.execute(_PUT, recipient, alert.id, alert.site)


async def touch_inboxes(tx: Transaction, alert_id: UUID) -> None:
    """Everybody who has the alert in their inbox sees it change."""
    await tx.raw.execute(_TOUCH, alert_id)
    tx.signal("inbox")


async def list_changes(
    tx: Transaction, caller: Caller, after: int, limit: int
) -> list[tuple[int, UUID]]:
    """What changed in the caller's inbox (a supervisor's: at the site), in order."""
    rows = await tx.raw.fetch(
        _STREAM, sorted(caller.sites), caller.sub, caller.has("supervisor"), after, limit
    )
    return [(row["seq"], row["alert_id"]) for row in rows]


async def list_inbox_changes(tx: Transaction, after: int, limit: int) -> list[InboxChange]:
    """What changed in anybody's inbox, in order: for the one poll that serves all streams."""
    rows = await tx.raw.fetch(_CHANGED, after, limit)
    return [InboxChange(*row) for row in rows]


async def last_change(tx: Transaction) -> int:
    return int(await tx.raw.fetchval("SELECT last_value FROM inbox_seq"))


async def find_assignment(tx: Transaction, site: str, participant: str) -> Assignment | None:
    """The one in force, locked."""
    query = (
        select(Assignment)
        .where(
            Assignment.site == site,
            Assignment.participant == participant,
            col(Assignment.assigned_to).is_(None),
        )
        .with_for_update()
    )
    return (await tx.exec(query)).first()
