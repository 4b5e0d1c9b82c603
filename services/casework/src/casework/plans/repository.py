"""Every query about plans."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from casework.plans.domain import PlanVersion
from casework.plans.errors import NoPlanYet, NoSuchVersion
from shared.database import Transaction


async def find_current_plan(tx: Transaction, participant_key: str) -> PlanVersion | None:
    """The newest version, agreed or not."""
    versions = await list_versions(tx, participant_key, limit=1)
    return versions[0] if versions else None


async def get_current_plan(tx: Transaction, participant_key: str) -> PlanVersion:
    plan = await find_current_plan(tx, participant_key)
    if plan is None:
        raise NoPlanYet
    return plan


async def list_versions(
    tx: Transaction, participant_key: str, limit: int = 200
) -> Sequence[PlanVersion]:
    """The newest first."""
    statement = (
        select(PlanVersion)
        .where(PlanVersion.participant_key == participant_key)
        .order_by(col(PlanVersion.version).desc())
        .limit(limit)
    )
    return (await tx.exec(statement)).all()


async def get_version(tx: Transaction, participant_key: str, version: int) -> PlanVersion:
    statement = select(PlanVersion).where(
        PlanVersion.participant_key == participant_key, PlanVersion.version == version
    )
    plan = (await tx.exec(statement)).first()
    if plan is None:
        raise NoSuchVersion
    return plan


async def supersede_others(tx: Transaction, plan: PlanVersion, at: datetime) -> None:
    """What was agreed before ends when this is agreed."""
    await tx.raw.execute(
        "UPDATE plan_version SET superseded_at = $3 WHERE participant_key = $1 AND version < $2"
        " AND agreed_at IS NOT NULL AND superseded_at IS NULL",
        plan.participant_key, plan.version, at,
    )  # fmt: skip
