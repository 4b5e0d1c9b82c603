"""Queries about old contacts that nobody was told of yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from notifier.domain import Alert, AlertState
from notifier.history import Moment
from notifier.locks import is_free
from notifier.policy import AlertClass
from shared.database import Transaction
from shared.events import RecontactCause

_UNTOLD = """
SELECT site, recipient, array_agg(id ORDER BY id) AS alerts, min(raised_at) AS first,
       max(raised_at) AS last
FROM alert WHERE state = 'waiting' AND alert_class = 'history'
  AND NOT EXISTS (SELECT FROM delivery WHERE delivery.alert_id = alert.id)
GROUP BY site, recipient ORDER BY site, recipient"""
# Whoever tells of one person's old contacts does so alone; another finds nothing left to tell.
_ALONE = "SELECT pg_try_advisory_xact_lock(5, hashtext($1))"
_MOMENTS = """
SELECT participant, alert_id, cause, occurred_at, facts->>'contact_type' AS contact_type
FROM alert_entry JOIN alert ON alert.id = alert_entry.alert_id
WHERE site = $1 AND participant = ANY($2) AND withdrawn_at IS NULL AND cause = ANY($3)"""


@dataclass(frozen=True, slots=True)
class Untold:
    """The old contacts that wait for one recipient to be told of them."""

    site: str
    recipient: str
    alerts: list[UUID]
    first: datetime
    last: datetime


async def list_untold(tx: Transaction) -> list[Untold]:
    return [Untold(**dict(row)) for row in await tx.raw.fetch(_UNTOLD)]


async def is_alone(tx: Transaction, one: Untold) -> bool:
    """Whether nobody else tells this recipient at this moment."""
    return bool(await tx.raw.fetchval(_ALONE, f"{one.site}:{one.recipient}"))


async def lock_untold(tx: Transaction, one: Untold) -> list[Alert]:
    """Without those that somebody answers or moves at this moment: it never waits."""
    query = select(Alert).where(
        col(Alert.id).in_(one.alerts),
        Alert.state == AlertState.WAITING,
        Alert.alert_class == AlertClass.HISTORY,
        Alert.recipient == one.recipient,
    )
    query = query.order_by(col(Alert.id)).with_for_update(skip_locked=True)
    found = (await tx.exec(query)).all()
    people = {(alert.site, alert.participant) for alert in found}
    free = {person for person in sorted(people) if await is_free(tx, *person)}
    return [alert for alert in found if (alert.site, alert.participant) in free]


async def list_moments(
    tx: Transaction, site: str, participants: Sequence[str]
) -> dict[str, list[Moment]]:
    """Of each participant all that is known of where they were."""
    causes = [cause.value for cause in RecontactCause]
    found: dict[str, list[Moment]] = {participant: [] for participant in participants}
    for row in await tx.raw.fetch(_MOMENTS, site, list(participants), causes):
        values = (row["alert_id"], RecontactCause(row["cause"]), row["occurred_at"])
        found[row["participant"]].append(Moment(*values, row["contact_type"]))
    return found
