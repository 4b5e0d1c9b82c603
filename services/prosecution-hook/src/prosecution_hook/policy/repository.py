"""Every query about policies."""

from sqlmodel import col, select

from prosecution_hook.policy.domain import Policy, PublishedPolicy
from shared.database import Transaction


async def lock_site(tx: Transaction, site: str) -> None:
    await tx.raw.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('prosecution-policy:' || $1, 0))", site
    )


async def find_newest(tx: Transaction, site: str) -> PublishedPolicy | None:
    query = (
        select(PublishedPolicy)
        .where(PublishedPolicy.site == site)
        .order_by(col(PublishedPolicy.version).desc())
        .limit(1)
    )
    return (await tx.exec(query)).first()


async def current(tx: Transaction, site: str) -> tuple[int, Policy]:
    """The version in force and what it says; version 0 is the default."""
    found = await find_newest(tx, site)
    return (found.version, found.policy) if found else (0, Policy())
