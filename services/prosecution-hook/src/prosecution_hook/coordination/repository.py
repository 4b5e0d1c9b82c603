"""Every query about coordination items."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from prosecution_hook.coordination.domain import Coordination, CoordinationReply, ItemState
from prosecution_hook.coordination.errors import NoSuchItem
from prosecution_hook.offices import OfficeCaller, of_their_offices
from shared.database import Transaction

# A site's liaison has tens of items open; more than this is a backlog, shown from its oldest.
MOST = 500


def _of_office(caller: OfficeCaller) -> SelectOfScalar[Coordination]:
    theirs = of_their_offices(caller, col(Coordination.site), col(Coordination.office))
    return select(Coordination).where(theirs)


async def list_items(
    tx: Transaction, caller: OfficeCaller, state: ItemState
) -> Sequence[Coordination]:
    """The most urgent first. Whether they may be told is not asked here."""
    query = _of_office(caller).where(Coordination.state == state)
    order = col(Coordination.due_at), col(Coordination.id)
    return (await tx.exec(query.order_by(*order).limit(MOST))).all()


async def get_item(
    tx: Transaction, caller: OfficeCaller, item_id: UUID, *, to_change: bool = False
) -> Coordination:
    """Raises NoSuchItem."""
    query = _of_office(caller).where(Coordination.id == item_id)
    item = (await tx.exec(query.with_for_update() if to_change else query)).first()
    if item is None:
        raise NoSuchItem
    return item


async def list_of_matter(tx: Transaction, matter_id: UUID) -> Sequence[Coordination]:
    """Locked, every state."""
    query = select(Coordination).where(Coordination.matter_id == matter_id).with_for_update()
    return (await tx.exec(query)).all()


async def exists(tx: Transaction, item_id: UUID) -> bool:
    return await tx.get(Coordination, item_id) is not None


async def keep_reply(tx: Transaction, reply: CoordinationReply) -> None:
    await tx.exec(insert(CoordinationReply).values(reply.model_dump()).on_conflict_do_nothing())


async def find_reply(tx: Transaction, item_id: UUID) -> CoordinationReply | None:
    return await tx.get(CoordinationReply, item_id)
