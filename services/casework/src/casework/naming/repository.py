"""Every query about names."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from casework.naming.domain import PersonName
from casework.naming.errors import NoSuchName
from shared.database import Transaction


async def list_names(tx: Transaction, key: str) -> Sequence[PersonName]:
    """Those in use and those before them, in the order in which they were told."""
    statement = select(PersonName).where(PersonName.participant_key == key)
    return (await tx.exec(statement.order_by(col(PersonName.id)))).all()


async def get_name(tx: Transaction, key: str, name_id: UUID) -> PersonName:
    """Safe once the file is locked: names change only under it."""
    name = await tx.get(PersonName, name_id)
    if name is None or name.participant_key != key:
        raise NoSuchName
    return name
