"""Every query about plans."""

from sqlmodel import col, select

from casework.plans.domain import PlanVersion
from casework.plans.errors import NoPlanYet
from shared.database import Transaction


async def find_current_plan(tx: Transaction, participant_key: str) -> PlanVersion | None:
    """The newest version, agreed or not."""
    statement = (
        select(PlanVersion)
        .where(PlanVersion.participant_key == participant_key)
        .order_by(col(PlanVersion.version).desc())
        .limit(1)
    )
    return (await tx.exec(statement)).first()


async def get_current_plan(tx: Transaction, participant_key: str) -> PlanVersion:
    plan = await find_current_plan(tx, participant_key)
    if plan is None:
        raise NoPlanYet
    return plan
