"""Queries about coverage."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from notifier.coverage.domain import (
    Absence,
    CoverageGap,
    DutyLink,
    DutySwap,
    HandoverNote,
    Rotation,
)
from notifier.coverage.duty import Duty
from notifier.errors import AbsenceNotFound, RotationNotFound, SwapNotFound
from shared.database import Transaction

_RESPONSIBLE = """
SELECT case_manager AS sub, CASE WHEN every(coalesce(a.backup, staff.backup) IS NOT NULL)
       THEN min(coalesce(a.backup, staff.backup)) END AS backup
FROM assignment a LEFT JOIN staff ON staff.site = a.site AND staff.sub = a.case_manager
WHERE a.site = $1 AND assigned_to IS NULL GROUP BY case_manager"""
_DUTIES = """
INSERT INTO duty (site, rotation, turn, sub, starts_at, ends_at)
SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])"""


async def one_at_a_time(tx: Transaction, site: str) -> None:
    """A site's coverage is changed by one at a time: what follows is written as a whole."""
    await tx.raw.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"coverage:{site}")


async def list_absences(
    tx: Transaction, sites: Iterable[str], start: datetime, until: datetime
) -> list[Absence]:
    """Those in force that touch the span."""
    query = select(Absence).where(
        col(Absence.site).in_(list(sites)),
        col(Absence.cancelled_at).is_(None),
        Absence.starts_at < until,
        Absence.ends_at > start,
    )
    return list((await tx.exec(query.order_by(col(Absence.starts_at), col(Absence.id)))).all())


async def get_absence(tx: Transaction, absence_id: UUID, sites: Iterable[str]) -> Absence:
    """Locked. Raises AbsenceNotFound."""
    query = select(Absence).where(
        Absence.id == absence_id,
        col(Absence.site).in_(list(sites)),
        col(Absence.cancelled_at).is_(None),
    )
    found = (await tx.exec(query.with_for_update())).first()
    if found is None:
        raise AbsenceNotFound
    return found


async def list_rotations(tx: Transaction, sites: Iterable[str]) -> list[Rotation]:
    """Those in force, in the order in which they are asked."""
    query = select(Rotation).where(
        col(Rotation.site).in_(list(sites)), col(Rotation.ended_at).is_(None)
    )
    return list((await tx.exec(query.order_by(col(Rotation.site), col(Rotation.name)))).all())


async def find_rotation(tx: Transaction, site: str, name: str) -> Rotation | None:
    """The version in force, locked."""
    query = select(Rotation).where(
        Rotation.site == site, Rotation.name == name, col(Rotation.ended_at).is_(None)
    )
    return (await tx.exec(query.with_for_update())).first()


async def get_rotation(tx: Transaction, site: str, name: str) -> Rotation:
    """Locked. Raises RotationNotFound."""
    found = await find_rotation(tx, site, name)
    if found is None:
        raise RotationNotFound
    return found


async def list_swaps(tx: Transaction, sites: Iterable[str], since: datetime) -> list[DutySwap]:
    """Those in force that are not over, in the order in which they were made."""
    query = select(DutySwap).where(
        col(DutySwap.site).in_(list(sites)),
        col(DutySwap.cancelled_at).is_(None),
        DutySwap.ends_at > since,
    )
    return list((await tx.exec(query.order_by(col(DutySwap.created_at), col(DutySwap.id)))).all())


async def get_swap(tx: Transaction, swap_id: UUID, sites: Iterable[str]) -> DutySwap:
    """Locked. Raises SwapNotFound."""
    query = select(DutySwap).where(
        DutySwap.id == swap_id,
        col(DutySwap.site).in_(list(sites)),
        col(DutySwap.cancelled_at).is_(None),
    )
    found = (await tx.exec(query.with_for_update())).first()
    if found is None:
        raise SwapNotFound
    return found


async def list_notes(tx: Transaction, sites: Iterable[str], since: datetime) -> list[HandoverNote]:
    """Newest first."""
    query = select(HandoverNote).where(
        col(HandoverNote.site).in_(list(sites)), HandoverNote.written_at > since
    )
    return list((await tx.exec(query.order_by(col(HandoverNote.written_at).desc()))).all())


async def list_gaps(tx: Transaction, sites: Iterable[str]) -> list[CoverageGap]:
    """Those that are open, soonest first."""
    query = select(CoverageGap).where(
        col(CoverageGap.site).in_(list(sites)), col(CoverageGap.closed_at).is_(None)
    )
    return list((await tx.exec(query.order_by(col(CoverageGap.gap_from)))).all())


async def replace_duties(tx: Transaction, site: str, rotation: str, duties: Sequence[Duty]) -> None:
    """What the hot path and the calendars read."""
    await tx.raw.execute("DELETE FROM duty WHERE site = $1 AND rotation = $2", site, rotation)
    await tx.raw.execute(
        _DUTIES,
        site,
        rotation,
        [duty.turn for duty in duties],
        [duty.sub for duty in duties],
        [duty.start for duty in duties],
        [duty.until for duty in duties],
    )


async def list_duties(
    tx: Transaction, sites: Iterable[str], start: datetime, until: datetime
) -> dict[tuple[str, str], list[Duty]]:
    """By site and rotation, oldest first."""
    rows = await tx.raw.fetch(
        "SELECT * FROM duty WHERE site = ANY($1) AND starts_at < $3 AND ends_at > $2"
        " ORDER BY site, rotation, starts_at",
        list(sites),
        start,
        until,
    )
    found: dict[tuple[str, str], list[Duty]] = {}
    for row in rows:
        duty = Duty(row["starts_at"], row["ends_at"], row["turn"], row["sub"])
        found.setdefault((row["site"], row["rotation"]), []).append(duty)
    return found


async def list_responsible(tx: Transaction, site: str) -> dict[str, str | None]:
    """Who has participants, with a backup that stands behind them for every one of these."""
    rows = await tx.raw.fetch(_RESPONSIBLE, site)
    return {row["sub"]: row["backup"] for row in rows}


async def find_link(tx: Transaction, digest: bytes) -> DutyLink | None:
    return (await tx.exec(select(DutyLink).where(DutyLink.digest == digest))).first()
