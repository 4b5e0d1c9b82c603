"""Queries about staff and sites."""

from collections.abc import Iterable

from sqlmodel import col, select

from notifier.errors import StaffNotFound
from notifier.staff.domain import SitePolicy, Staff
from shared.database import Transaction


async def find_staff(tx: Transaction, site: str, sub: str) -> Staff | None:
    """Locked."""
    query = select(Staff).where(Staff.site == site, Staff.sub == sub).with_for_update()
    return (await tx.exec(query)).first()


async def get_staff(tx: Transaction, site: str, sub: str) -> Staff:
    """Locked. Raises StaffNotFound."""
    staff = await find_staff(tx, site, sub)
    if staff is None:
        raise StaffNotFound
    return staff


async def list_staff(tx: Transaction, sites: Iterable[str], sub: str | None = None) -> list[Staff]:
    """Everybody at these sites, or one person's entries there."""
    query = select(Staff).where(col(Staff.site).in_(list(sites)))
    if sub is not None:
        query = query.where(Staff.sub == sub)
    return list((await tx.exec(query.order_by(col(Staff.site), col(Staff.sub)))).all())


async def list_everybody(tx: Transaction) -> list[Staff]:
    """At every site."""
    return list((await tx.exec(select(Staff).order_by(col(Staff.site), col(Staff.sub)))).all())


async def list_privacy_officers(tx: Transaction, site: str) -> list[Staff]:
    return [staff for staff in await list_staff(tx, [site]) if staff.privacy_officer]


async def list_colleagues(tx: Transaction, sites: Iterable[str]) -> list[Staff]:
    """Who can be handed an alert, or a duty."""
    return [staff for staff in await list_staff(tx, sites) if not staff.privacy_officer]


async def find_policy(tx: Transaction, site: str) -> SitePolicy | None:
    """Locked: versions follow each other."""
    query = select(SitePolicy).where(SitePolicy.site == site).with_for_update()
    return (await tx.exec(query)).first()


async def list_open_addresses(tx: Transaction) -> list[tuple[str, str, str]]:
    rows = await tx.raw.fetch("SELECT site, sub, email FROM staff WHERE email IS NOT NULL")
    return [(row["site"], row["sub"], row["email"]) for row in rows]


async def forget_open_addresses(tx: Transaction) -> None:
    await tx.raw.execute("UPDATE staff SET email = NULL WHERE email IS NOT NULL")
