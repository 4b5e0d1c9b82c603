"""Every query about encounters."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from casework.encounters.domain import Encounter
from casework.encounters.errors import NoSuchEncounter
from shared.database import Transaction


async def list_encounters(
    tx: Transaction, key: str, *, limit: int, before: UUID | None = None
) -> Sequence[Encounter]:
    """The latest recorded first."""
    statement = select(Encounter).where(Encounter.participant_key == key)
    if before is not None:
        statement = statement.where(col(Encounter.id) < before)
    return (await tx.exec(statement.order_by(col(Encounter.id).desc()).limit(limit))).all()


async def get_encounter(tx: Transaction, key: str, encounter_id: UUID) -> Encounter:
    encounter = await tx.get(Encounter, encounter_id)
    if encounter is None or encounter.participant_key != key:
        raise NoSuchEncounter
    return encounter
