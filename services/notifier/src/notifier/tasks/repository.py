"""Queries about the threads of legal tasks, apart from those of contacts."""

from datetime import datetime
from uuid import UUID

from notifier.incidents import Known
from shared.database import Transaction

# `withdrawn`: a report about the person, however near, never joins such a thread.
_OPEN_THREAD = """
INSERT INTO alert_thread (id, site, participant, keys, started_at, known, alert_id, withdrawn)
VALUES ($1, $2, $3, $4, $5, $6, $7, true)"""
_NAME = """
SELECT event_id, sealed_name FROM alert_entry JOIN alert ON alert.id = alert_entry.alert_id
WHERE site = $1 AND participant = $2 AND sealed_name <> ''
ORDER BY recorded_at DESC LIMIT 1"""


async def find_thread(tx: Transaction, site: str, participant: str, key: str) -> UUID | None:
    """Locked."""
    query = (
        "SELECT id FROM alert_thread"
        " WHERE site = $1 AND participant = $2 AND keys = ARRAY[$3] FOR UPDATE"
    )
    found: UUID | None = await tx.raw.fetchval(query, site, participant, key)
    return found


async def open_thread(
    tx: Transaction, ids: tuple[UUID, UUID], whose: tuple[str, str], key: str, at: datetime
) -> None:
    """`ids`: of the thread and its first alert; `whose`: site and participant."""
    known = Known().model_dump_json()
    await tx.raw.execute(_OPEN_THREAD, ids[0], *whose, [key], at, known, ids[1])


async def next_number(tx: Transaction) -> int:
    return int(await tx.raw.fetchval("SELECT nextval('alert_number')"))


async def find_sealed_name(tx: Transaction, site: str, participant: str) -> tuple[str, str] | None:
    """The name that the newest report gave, and the record that it is sealed for."""
    row = await tx.raw.fetchrow(_NAME, site, participant)
    return (str(row["event_id"]), row["sealed_name"]) if row else None
