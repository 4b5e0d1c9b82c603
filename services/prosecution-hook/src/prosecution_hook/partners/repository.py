"""Every query about partners."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from prosecution_hook.partners.domain import Partner, PartnerNotice
from prosecution_hook.partners.errors import PartnerNotFound
from shared.database import Transaction


async def get_partner(tx: Transaction, partner_id: UUID, sites: Collection[str]) -> Partner:
    """Locked. Raises PartnerNotFound, also for another site's."""
    partner = await tx.get(Partner, partner_id, with_for_update=True)
    if partner is None or partner.site not in sites:
        raise PartnerNotFound
    return partner


async def list_partners(tx: Transaction, sites: Collection[str]) -> Sequence[Partner]:
    """The newest first."""
    query = select(Partner).where(col(Partner.site).in_(sites)).order_by(col(Partner.id).desc())
    return (await tx.exec(query)).all()


async def entries_of(tx: Transaction, site: str, org: str) -> Sequence[Partner]:
    query = select(Partner).where(Partner.site == site, Partner.org == org)
    return (await tx.exec(query)).all()


async def lock_partner(tx: Transaction, partner_id: UUID) -> Partner | None:
    return await tx.get(Partner, partner_id, with_for_update=True)


async def list_notices(
    tx: Transaction, sites: Collection[str], limit: int, after: UUID | None
) -> Sequence[tuple[PartnerNotice, Partner]]:
    """The newest first, each with the entry that it is about."""
    query = (
        select(PartnerNotice, Partner)
        .join(Partner, col(Partner.id) == PartnerNotice.partner_id)
        .where(col(PartnerNotice.site).in_(sites))
        .order_by(col(PartnerNotice.id).desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(PartnerNotice.id) < after)
    return (await tx.exec(query)).all()
