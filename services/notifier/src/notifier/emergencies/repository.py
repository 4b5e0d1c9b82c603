"""Queries about emergency access."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from notifier.emergencies.domain import Emergency
from shared.database import Transaction


async def find_emergency(tx: Transaction, partner_id: UUID) -> Emergency | None:
    """Locked."""
    return await tx.get(Emergency, partner_id, with_for_update=True)


async def list_emergencies(tx: Transaction, sites: Iterable[str]) -> list[Emergency]:
    """The newest first."""
    query = select(Emergency).where(col(Emergency.site).in_(list(sites)))
    return list((await tx.exec(query.order_by(col(Emergency.opened_at).desc()))).all())
