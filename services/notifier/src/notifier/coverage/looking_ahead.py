"""What follows from coverage: who has the duty in the coming weeks, and where nobody does."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from notifier import queue
from notifier.coverage import repository
from notifier.coverage.domain import CoverageGap
from notifier.coverage.duty import Duty, Plan, duties
from notifier.coverage.gaps import Gap, absence_gaps, on_call_gaps
from notifier.routing import PROGRAM_LINE
from notifier.staff.repository import find_policy, list_staff
from shared.database import Transaction, publish
from shared.ids import new_id
from shared.sites import zone_of
from shared.timers import set_timer

LOOK_AHEAD = "coverage.look-ahead"
PLANNED = timedelta(days=60)
WARNED = timedelta(days=14)
# Every morning, so that a gap is found two weeks before it although nobody changed anything.
MORNING = time(7)


async def begin_change(site: str, tx: Transaction) -> None:
    """One at a time, and the timer before the lock: a timer that fires holds its row already."""
    await set_timer(tx, LOOK_AHEAD, site, _next_morning(site, tx.now))
    await repository.one_at_a_time(tx, site)


async def look_ahead(site: str, tx: Transaction) -> None:
    """Write down who has the duty, find the gaps, and come back tomorrow morning."""
    await begin_change(site, tx)
    await tx.flush()
    await _find_gaps(site, await _plan(site, tx), tx)


def _next_morning(site: str, now: datetime) -> datetime:
    local = now.astimezone(zone_of(site))
    morning = datetime.combine(local.date() + timedelta(days=1), MORNING, zone_of(site))
    return morning.astimezone(now.tzinfo)


async def _plan(site: str, tx: Transaction) -> list[Duty]:
    """All rotations' duties, from yesterday: what has just been is still shown."""
    start, until = tx.now - timedelta(days=1), tx.now + PLANNED
    absences = await repository.list_absences(tx, [site], start, until)
    swaps = await repository.list_swaps(tx, [site], start)
    found = []
    for rotation in await repository.list_rotations(tx, [site]):
        plan = Plan(
            rotation.pattern(),
            tuple(swap.span() for swap in swaps if swap.rotation == rotation.name),
            tuple(absence.span() for absence in absences),
        )
        planned = duties(plan, start, until)
        await repository.replace_duties(tx, site, rotation.name, planned)
        found += planned
    return found


async def _find_gaps(site: str, planned: list[Duty], tx: Transaction) -> None:
    start, until = tx.now, tx.now + WARNED
    reachable = {staff.sub for staff in await list_staff(tx, [site]) if staff.reachable}
    responsible = await repository.list_responsible(tx, site)
    # Without one of its own an absence leaves the usual backup in charge.
    away = [
        replace(a.span(), backup=a.backup or responsible.get(a.sub))
        for a in await repository.list_absences(tx, [site], start, until)
    ]
    soon = [
        Duty(max(d.start, start), min(d.until, until), d.turn, d.sub)
        for d in planned
        if d.start < until and d.until > start
    ]
    absent = [
        gap for gap in absence_gaps(away, soon, reachable, start, until) if gap.sub in responsible
    ]
    await _keep(site, [*on_call_gaps(soon, reachable), *absent], tx)


async def _keep(site: str, gaps: list[Gap], tx: Transaction) -> None:
    """A gap is told once; one that is filled is closed."""
    known = await repository.list_gaps(tx, [site])
    for gap in known:
        same = next((g for g in gaps if _same(g, gap)), None)
        if same is None:
            gap.closed_at = tx.now
        else:
            gap.gap_from, gap.gap_until = min(gap.gap_from, same.start), same.until
    fresh = [g for g in gaps if not any(_same(g, k) for k in known)]
    for new in fresh:
        row = CoverageGap(
            id=new_id(),
            site=site,
            sub=new.sub,
            gap_from=new.start,
            gap_until=new.until,
            found_at=tx.now,
        )
        tx.add(row)
        publish(tx, row.found())
    if fresh:
        policy = await find_policy(tx, site)
        supervisor = policy.supervisor if policy else None
        await queue.add_notice(tx, site, [supervisor or PROGRAM_LINE], "coverage")


def _same(gap: Gap, known: CoverageGap) -> bool:
    overlaps = gap.start <= known.gap_until and known.gap_from <= gap.until
    return gap.sub == known.sub and overlaps
