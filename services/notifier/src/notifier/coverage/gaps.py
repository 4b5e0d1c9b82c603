"""Times at which nobody would answer for somebody. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from notifier.coverage.duty import Away, Duty, present


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody covers for `sub` from `start` to `until`."""

    sub: str
    start: datetime
    until: datetime


def on_call_gaps(duties: Sequence[Duty], reachable: Collection[str]) -> list[Gap]:
    """Whose turn falls to nobody, or to somebody who cannot be reached."""
    open_duties = [duty for duty in duties if duty.sub is None or duty.sub not in reachable]
    return _joined(Gap(duty.turn, duty.start, duty.until) for duty in open_duties)


def absence_gaps(
    away: Sequence[Away],
    on_call: Sequence[Duty],
    reachable: Collection[str],
    start: datetime,
    until: datetime,
) -> list[Gap]:
    """Parts of an absence in which neither the backup nor anybody on call can be reached."""
    found = []
    for absence in away:
        begin, end = max(absence.start, start), min(absence.until, until)
        for left, right in pairwise(_cuts(begin, end, away, on_call)):
            if not _covered(absence, left, away, on_call, reachable):
                found.append(Gap(absence.sub, left, right))
    return _joined(found)


def _cuts(
    begin: datetime, end: datetime, away: Sequence[Away], on_call: Sequence[Duty]
) -> list[datetime]:
    spans: tuple[Away | Duty, ...] = (*away, *on_call)
    edges = {edge for span in spans for edge in (span.start, span.until) if begin < edge < end}
    return sorted({begin, end, *edges}) if begin < end else []


def _covered(
    absence: Away,
    at: datetime,
    away: Sequence[Away],
    on_call: Sequence[Duty],
    reachable: Collection[str],
) -> bool:
    if present(absence.backup, away, at) in reachable:
        return True
    return any(d.sub in reachable for d in on_call if d.start <= at < d.until)


def _joined(gaps: Iterable[Gap]) -> list[Gap]:
    """Gaps of one person that touch are one."""
    found: list[Gap] = []
    for gap in sorted(gaps, key=lambda g: (g.sub, g.start)):
        last = found[-1] if found else None
        if last and last.sub == gap.sub and gap.start <= last.until:
            found[-1] = Gap(gap.sub, last.start, max(last.until, gap.until))
        else:
            found.append(gap)
    return found
