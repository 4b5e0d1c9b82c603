"""Every query about handoffs."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select

from referral.handoffs.domain import Handoff
from shared.database import Transaction


async def find_handoff(tx: Transaction, referral_id: UUID) -> Handoff | None:
    """Its referral's lock is the handoff's: everybody takes that first."""
    query = select(Handoff).where(Handoff.referral_id == referral_id)
    return (await tx.exec(query)).first()


async def list_handoffs(tx: Transaction, referral_ids: Sequence[UUID]) -> Mapping[UUID, Handoff]:
    query = select(Handoff).where(col(Handoff.referral_id).in_(referral_ids))
    return {handoff.referral_id: handoff for handoff in (await tx.exec(query)).all()}
