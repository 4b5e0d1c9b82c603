"""Queries about participation, and about what one report or one participant left behind."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from notifier.domain import Alert, AlertEntry, AlertState, AlertStep, StepKind
from notifier.incidents import Known
from notifier.participation.domain import Participation
from notifier.withdrawals import Withdrawal
from shared.database import Transaction
from shared.housekeeping import rows_of

_PUT = """
INSERT INTO participation (site, participant, stop, since) VALUES ($1, $2, $3, $4)
ON CONFLICT (site, participant) DO UPDATE SET stop = excluded.stop, since = excluded.since"""
# A message may have arrived whose confirmation did not: `unknowns` counts such tries. A refusal
# ends a delivery with the one unknown that every try begins with.
_REACHED = """
SELECT DISTINCT recipient FROM delivery
WHERE alert_id = $1 AND purpose <> 'recall_told'
  AND (state = 'sent' OR unknowns > CASE state WHEN 'failed' THEN 1 ELSE 0 END)
ORDER BY recipient"""
_CANCEL = """
UPDATE delivery SET state = 'cancelled', ended_at = $3
FROM alert WHERE alert.id = delivery.alert_id AND alert.site = $1 AND alert.participant = $2
  AND delivery.state = 'queued'
  AND (delivery.leased_until IS NULL OR delivery.leased_until < now())"""
_BLANK = """
UPDATE alert_entry SET withdrawn_at = $2, source_record_id = '',
    withdrawn_because = coalesce(withdrawn_because, $4),
    sealed_name = CASE WHEN $3 THEN '' ELSE sealed_name END,
    facts = jsonb_build_object('tier', facts->'tier', 'pre_enrollment_conduct', false,
        'charges', '[]'::jsonb, 'next_court', NULL, 'facility', NULL, 'arrest_basis', NULL,
        'incident_number', NULL, 'booking_number', NULL, 'cause_number', NULL)
WHERE event_id = ANY($1)"""
_FORGET = (
    "DELETE FROM alert_note USING alert WHERE alert.id = alert_note.alert_id"
    " AND alert.site = $1 AND alert.participant = $2",
    "DELETE FROM assignment WHERE site = $1 AND participant = $2",
)


async def find_participation(tx: Transaction, site: str, participant: str) -> Participation | None:
    """Locked."""
    query = select(Participation).where(
        Participation.site == site, Participation.participant == participant
    )
    return (await tx.exec(query.with_for_update())).first()


async def put_participation(
    tx: Transaction, site: str, participant: str, stop: str | None, since: datetime
) -> None:
    await tx.raw.execute(_PUT, site, participant, stop, since)


async def list_reached(tx: Transaction, alert_id: UUID) -> list[str]:
    """Everybody whom a message about the alert has reached, or perhaps has."""
    return [row["recipient"] for row in await tx.raw.fetch(_REACHED, alert_id)]


async def cancel_messages(tx: Transaction, site: str, participant: str) -> None:
    """Also those about alerts that have ended: nothing about this person leaves any more."""
    await tx.raw.execute(_CANCEL, site, participant, tx.now)


async def list_stopped(
    tx: Transaction, site: str, participant: str, reason: str, since: datetime
) -> list[Alert]:
    """Alerts that ended for this reason since then, and that were not wrong; locked."""
    stopped = select(AlertStep.alert_id).where(
        AlertStep.kind == StepKind.SUPPRESSED,
        AlertStep.detail == reason,
        AlertStep.at >= since,
    )
    query = select(Alert).where(
        Alert.site == site,
        Alert.participant == participant,
        Alert.state == AlertState.SUPPRESSED,
        col(Alert.recalled_at).is_(None),
        col(Alert.id).in_(stopped),
    )
    return list((await tx.exec(query.order_by(col(Alert.id)).with_for_update())).all())


async def list_entries_of(
    tx: Transaction, site: str, participant: str, receipt: UUID | None = None
) -> list[AlertEntry]:
    """What still stands of one report, or of all reports, about this participant."""
    query = (
        select(AlertEntry)
        .join(Alert, col(Alert.id) == col(AlertEntry.alert_id))
        .where(
            Alert.site == site,
            Alert.participant == participant,
            col(AlertEntry.withdrawn_at).is_(None),
        )
    )
    if receipt is not None:
        query = query.where(AlertEntry.receipt == receipt)
    return list((await tx.exec(query.order_by(col(AlertEntry.event_id)))).all())


async def list_alerts_of_thread(tx: Transaction, thread_id: UUID) -> list[Alert]:
    """Locked, with the thread: a report may be joining it right now."""
    await tx.raw.execute("SELECT FROM alert_thread WHERE id = $1 FOR UPDATE", thread_id)
    query = select(Alert).where(Alert.thread_id == thread_id).order_by(col(Alert.id))
    return list((await tx.exec(query.with_for_update())).all())


async def blank_entries(
    tx: Transaction, event_ids: list[UUID], because: Withdrawal, *, name_too: bool = False
) -> None:
    """What they said is destroyed; that there was a report stays, and why it was withdrawn."""
    await tx.raw.execute(_BLANK, event_ids, tx.now, name_too, because)


async def blank_all(tx: Transaction, site: str, participant: str) -> int:
    """Names and facts of every report, withdrawn ones too, notes, and who was assigned.

    Returns how many records that were.
    """
    query = (
        "SELECT event_id FROM alert_entry JOIN alert ON alert.id = alert_entry.alert_id"
        " WHERE site = $1 AND participant = $2"
    )
    found: list[Any] = await tx.raw.fetch(query, site, participant)
    ids = [row["event_id"] for row in found]
    await blank_entries(tx, ids, Withdrawal.ERASED, name_too=True)
    forgotten = [rows_of(await tx.raw.execute(text, site, participant)) for text in _FORGET]
    return len(found) + sum(forgotten)


async def relearn(tx: Transaction, thread_id: UUID, keys: frozenset[str], known: Known) -> None:
    """What a thread knows after a report was taken out of it; without any it takes no more."""
    await tx.raw.execute(
        "UPDATE alert_thread SET keys = $2, known = $3, withdrawn = $4 WHERE id = $1",
        thread_id,
        sorted(keys),
        known.model_dump_json(),
        not known.receipts,
    )
