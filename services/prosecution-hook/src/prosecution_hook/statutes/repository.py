"""Every query about statutes. A state's newest version is the one that is asked."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select, text

from prosecution_hook.statutes.domain import Statute, StatuteImport
from shared.database import Transaction

_NEWEST = text(
    "statute_import.version = (SELECT max(newer.version) FROM statute_import newer"
    " WHERE newer.state = statute_import.state)"
)


async def lock_state(tx: Transaction, state: str) -> None:
    await tx.raw.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('statutes:' || $1, 0))", state
    )


async def find_import(tx: Transaction, state: str, checksum: str) -> StatuteImport | None:
    query = select(StatuteImport).where(
        StatuteImport.state == state, StatuteImport.checksum == checksum
    )
    return (await tx.exec(query)).first()


async def newest_version(tx: Transaction, state: str) -> int:
    """0 when nothing was imported for the state."""
    query = "SELECT coalesce(max(version), 0) FROM statute_import WHERE state = $1"
    found: int = await tx.raw.fetchval(query, state)
    return found


async def list_imports(tx: Transaction, limit: int, after: UUID | None) -> Sequence[StatuteImport]:
    """The newest first."""
    query = select(StatuteImport).order_by(col(StatuteImport.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(StatuteImport.id) < after)
    return (await tx.exec(query)).all()


async def list_in_force(
    tx: Transaction, state: str, on: date, limit: int, after: UUID | None
) -> Sequence[Statute]:
    """In the order of the file."""
    query = (
        select(Statute)
        .join(StatuteImport, col(StatuteImport.id) == Statute.import_id)
        .where(Statute.state == state, _NEWEST, Statute.effective_from <= on)
        .where((col(Statute.effective_to).is_(None)) | (col(Statute.effective_to) >= on))
        .order_by(col(Statute.id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(Statute.id) > after)
    return (await tx.exec(query)).all()


async def list_cited(tx: Transaction, sections: set[str]) -> Sequence[tuple[Statute, int]]:
    """Every wording of these sections, of each state's newest version, with its number."""
    query = (
        select(Statute, StatuteImport.version)
        .join(StatuteImport, col(StatuteImport.id) == Statute.import_id)
        .where(col(Statute.section).in_(sorted(sections)), _NEWEST)
    )
    return (await tx.exec(query)).all()
