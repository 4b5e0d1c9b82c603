"""Every query about referrals."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, or_, select

from referral.referrals.domain import OPEN, Referral, ReferralState
from referral.referrals.errors import ReferralNotFound
from referral.referrals.screening import Screening
from shared.database import Transaction

MOST_PREVIEWED = 1_000


async def lock_record(tx: Transaction, digest: bytes) -> None:
    """Two posts of one record wait for each other until the end of the transaction."""
    key = int.from_bytes(digest[:8], signed=True)
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", key)


async def find_by_record(tx: Transaction, digest: bytes) -> Referral | None:
    return (await tx.exec(select(Referral).where(Referral.record_digest == digest))).first()


async def list_by_participant(tx: Transaction, key: str) -> Sequence[Referral]:
    """Every referral of whoever has this file, locked for a change, in one order everywhere."""
    concerned = or_(Referral.participant_key == key, Referral.attached_to == key)
    query = select(Referral).where(concerned).order_by(col(Referral.id)).with_for_update()
    return (await tx.exec(query)).all()


async def find_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """Locked for a change."""
    query = select(Referral).where(Referral.id == referral_id).with_for_update()
    return (await tx.exec(query)).first()


async def delete_details(tx: Transaction, referral_ids: Sequence[UUID]) -> None:
    """What hangs on referrals and speaks of the person."""
    await tx.raw.execute("DELETE FROM screening WHERE referral_id = ANY($1)", referral_ids)
    await tx.raw.execute(
        "UPDATE handoff SET meeting_place = NULL WHERE referral_id = ANY($1)", referral_ids
    )


async def get_referral(tx: Transaction, referral_id: UUID, *, to_change: bool) -> Referral:
    """Locked when it is read to be changed. Raises ReferralNotFound."""
    query = select(Referral).where(Referral.id == referral_id)
    found = (await tx.exec(query.with_for_update() if to_change else query)).first()
    if found is None:
        raise ReferralNotFound
    return found


async def list_referrals(
    tx: Transaction,
    sites: Sequence[str],
    *,
    states: Sequence[ReferralState] = (),
    limit: int,
    before: UUID | None = None,
) -> Sequence[Referral]:
    """The newest first."""
    query = select(Referral).where(col(Referral.site).in_(sites))
    if states:
        query = query.where(col(Referral.state).in_(states))
    if before is not None:
        query = query.where(Referral.id < before)
    return (await tx.exec(query.order_by(col(Referral.id).desc()).limit(limit))).all()


async def list_open_and_recent(tx: Transaction, site: str, since: datetime) -> Sequence[Referral]:
    """What a new version of the criteria is tried on, the newest first."""
    concerned = or_(col(Referral.state).in_(OPEN), Referral.received_at >= since)
    kept = col(Referral.erased_at).is_(None)
    query = select(Referral).where(Referral.site == site, concerned, kept)
    return (await tx.exec(query.order_by(col(Referral.id).desc()).limit(MOST_PREVIEWED))).all()


async def list_screenings(tx: Transaction, referral_id: UUID) -> Sequence[Screening]:
    """The newest first."""
    query = select(Screening).where(Screening.referral_id == referral_id)
    return (await tx.exec(query.order_by(col(Screening.id).desc()))).all()
