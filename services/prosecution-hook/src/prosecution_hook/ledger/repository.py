"""Every query about matters and the reports behind them."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from prosecution_hook.ledger.domain import LedgerEntry, Matter
from shared.database import Transaction


async def find_entry(tx: Transaction, receipt: UUID) -> LedgerEntry | None:
    return (await tx.exec(select(LedgerEntry).where(LedgerEntry.receipt == receipt))).first()


async def list_matters(tx: Transaction, participant_key: str, site: str) -> Sequence[Matter]:
    """The newest filing first."""
    query = (
        select(Matter)
        .where(Matter.participant_key == participant_key, Matter.site == site)
        .order_by(col(Matter.filed_at).desc(), col(Matter.id).desc())
    )
    return (await tx.exec(query)).all()


async def find_matter(tx: Transaction, matter_id: UUID) -> Matter | None:
    return await tx.get(Matter, matter_id)


async def lock_matter(tx: Transaction, matter_id: UUID) -> Matter | None:
    return await tx.get(Matter, matter_id, with_for_update=True, populate_existing=True)


async def list_entries(tx: Transaction, matter_id: UUID) -> Sequence[LedgerEntry]:
    query = (
        select(LedgerEntry).where(LedgerEntry.matter_id == matter_id).order_by(col(LedgerEntry.id))
    )
    return (await tx.exec(query)).all()


async def matter_of_record(tx: Transaction, entry: LedgerEntry) -> UUID | None:
    """The matter that an earlier version of the same record belongs to."""
    query = (
        select(LedgerEntry.matter_id)
        .where(LedgerEntry.participant_key == entry.participant_key)
        .where(LedgerEntry.record == entry.record)
    )
    return (await tx.exec(query)).first()
