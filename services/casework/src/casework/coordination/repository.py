"""Every query about coordination items."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from casework.coordination.domain import CoordinationItem, ItemState
from casework.coordination.errors import NoSuchItem
from casework.participants.domain import ParticipantFile
from shared.database import Transaction


async def find_item(tx: Transaction, item_id: UUID) -> CoordinationItem | None:
    return await tx.get(CoordinationItem, item_id)


async def lock_item(tx: Transaction, item_id: UUID) -> CoordinationItem | None:
    return await tx.get(CoordinationItem, item_id, with_for_update=True)


async def get_item_to_answer(
    tx: Transaction, item_id: UUID, sites: Collection[str]
) -> CoordinationItem:
    """Locked. Another site's item does not exist for this caller (R-32)."""
    item = await lock_item(tx, item_id)
    if item is None or item.site not in sites:
        raise NoSuchItem
    return item


async def list_items(
    tx: Transaction,
    sites: Collection[str],
    *,
    participant_key: str | None = None,
    case_manager: str | None = None,
    open_only: bool = True,
    limit: int = 200,
) -> Sequence[CoordinationItem]:
    """What is due first comes first."""
    statement = select(CoordinationItem).where(col(CoordinationItem.site).in_(sites))
    if open_only:
        statement = statement.where(CoordinationItem.state == ItemState.OPEN)
    if participant_key is not None:
        statement = statement.where(CoordinationItem.participant_key == participant_key)
    if case_manager is not None:
        theirs = select(ParticipantFile.participant_key).where(
            ParticipantFile.case_manager == case_manager
        )
        statement = statement.where(col(CoordinationItem.participant_key).in_(theirs))
    ordered = statement.order_by(col(CoordinationItem.due_at), col(CoordinationItem.id))
    return (await tx.exec(ordered.limit(limit))).all()
