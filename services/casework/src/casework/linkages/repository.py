"""Every query about linkages."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from casework.linkages.domain import Linkage
from casework.linkages.errors import NoSuchLinkage
from shared.database import Transaction


async def list_linkages(tx: Transaction, key: str) -> Sequence[Linkage]:
    """The latest first."""
    statement = select(Linkage).where(Linkage.participant_key == key)
    return (await tx.exec(statement.order_by(col(Linkage.id).desc()))).all()


async def get_linkage(tx: Transaction, linkage_id: UUID, sites: Collection[str]) -> Linkage:
    """Locked for a change. Another site's linkage does not exist for this caller (R-32)."""
    linkage = await tx.get(Linkage, linkage_id, with_for_update=True)
    if linkage is None or linkage.site not in sites:
        raise NoSuchLinkage
    return linkage
