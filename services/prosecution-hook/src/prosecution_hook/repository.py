"""Every query of prosecution-hook."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select

from prosecution_hook.domain import LedgerEntry
from shared.database import Transaction


async def add_entry(tx: Transaction, entry: LedgerEntry) -> None:
    await _add_once(tx, entry)


async def list_entries(tx: Transaction, participant_key: str, site: str) -> Sequence[LedgerEntry]:
    """The newest filing first."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.participant_key == participant_key, LedgerEntry.site == site)
        .order_by(col(LedgerEntry.filed_at).desc(), col(LedgerEntry.id).desc())
    )
    return (await tx.exec(query)).all()


async def _add_once(tx: Transaction, row: SQLModel) -> None:
    await tx.exec(insert(type(row)).values(row.model_dump()).on_conflict_do_nothing())
