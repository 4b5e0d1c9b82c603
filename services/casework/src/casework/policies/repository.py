"""Every query about sites' policies."""

from sqlmodel import col, select

from casework.policies.domain import PolicyVersion, SitePolicy
from shared.database import Transaction


async def find_version(tx: Transaction, site: str) -> PolicyVersion | None:
    """The version in force, or None where the site has set nothing."""
    statement = (
        select(PolicyVersion)
        .where(PolicyVersion.site == site)
        .order_by(col(PolicyVersion.version).desc())
        .limit(1)
    )
    return (await tx.exec(statement)).first()


async def policy_at(tx: Transaction, site: str) -> SitePolicy:
    """What holds at the site now; the defaults where it has set nothing."""
    version = await find_version(tx, site)
    return version.policy if version else SitePolicy()


async def lock_policy(tx: Transaction, site: str) -> None:
    """Two new versions wait for each other, so that each has a number of its own."""
    await tx.raw.execute("SELECT pg_advisory_xact_lock(hashtextextended('policy:' || $1, 0))", site)
