"""Every query about partners."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from prosecution_hook.partners.domain import Partner
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
