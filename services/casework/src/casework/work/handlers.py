"""Open an item, close it, tick it off."""

from casework.work import repository
from casework.work.commands import CloseItems, OpenItem, TickOff
from casework.work.domain import WorkItem
from shared.database import Transaction


async def open_item(cmd: OpenItem, tx: Transaction) -> None:
    await tx.flush()
    await repository.open_item(tx, cmd)


async def close_items(cmd: CloseItems, tx: Transaction) -> None:
    await repository.close_items(tx, cmd)


async def tick_off(cmd: TickOff, tx: Transaction) -> WorkItem:
    item = await repository.get_item(tx, cmd.item_id, cmd.sites)
    item.tick_off(cmd.by, cmd.outcome, tx.now)
    return item
