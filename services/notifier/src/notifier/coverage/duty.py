"""Who is on duty at a time. Pure.

A turn changes at a time of day on the site's own clock: across a change to or from daylight-saving
time a turn is an hour shorter or longer, and nobody's is skipped or doubled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Pattern:
    """Members take turns of so many days, from a day on, changing over at a time of day."""

    members: tuple[str, ...]
    starts_on: date
    changes_at: time
    days: int
    zone: ZoneInfo

    def turn_start(self, number: int) -> datetime:
        """A time of day that a spring night leaves out counts as the moment it would have been."""
        day = self.starts_on + timedelta(days=self.days * number)
        return datetime.combine(day, self.changes_at, self.zone).astimezone(UTC)

    def turn_at(self, at: datetime) -> int:
        """The number of the turn at a time; negative before the first."""
        day = at.astimezone(self.zone).date()
        number = (day - self.starts_on).days // self.days + 1
        while self.turn_start(number) > at:
            number -= 1
        return number


@dataclass(frozen=True, slots=True)
class Swap:
    """Somebody else takes the duty for a while. Of two, the later in a sequence holds."""

    sub: str
    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is not there, and who stands in for them."""

    sub: str
    start: datetime
    until: datetime
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides who is on duty in one rotation."""

    pattern: Pattern
    swaps: tuple[Swap, ...] = ()
    away: tuple[Away, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """From `start` to `until` it is somebody's turn; `sub` has the duty, None when nobody does."""

    start: datetime
    until: datetime
    turn: str
    sub: str | None


def turn_of(plan: Plan, at: datetime) -> str | None:
    """Whose turn it is, whether they are there or not. None before the rotation begins."""
    number = plan.pattern.turn_at(at)
    if number < 0:
        return None
    for swap in reversed(plan.swaps):
        if swap.start <= at < swap.until:
            return swap.sub
    return plan.pattern.members[number % len(plan.pattern.members)]


def present(sub: str | None, away: Sequence[Away], at: datetime) -> str | None:
    """This person, or whoever stands in for them; None when that leads to nobody."""
    asked: set[str] = set()
    while sub is not None and sub not in asked:
        asked.add(sub)
        absence = next((a for a in away if a.sub == sub and a.start <= at < a.until), None)
        if absence is None:
            return sub
        sub = absence.backup
    return None


def on_duty(plan: Plan, at: datetime) -> str | None:
    """Who has the duty at this time."""
    return present(turn_of(plan, at), plan.away, at)


def duties(plan: Plan, start: datetime, until: datetime) -> list[Duty]:
    """Everybody's duty from `start` to `until`, one after the other, without gap or overlap."""
    cuts = sorted({start, until, *_changes(plan, start, until)})
    found: list[Duty] = []
    for begin, end in pairwise(cuts):
        turn = turn_of(plan, begin)
        if turn is None:
            continue
        sub = present(turn, plan.away, begin)
        last = found[-1] if found else None
        if last and (last.until, last.turn, last.sub) == (begin, turn, sub):
            found[-1] = Duty(last.start, end, turn, sub)
        else:
            found.append(Duty(begin, end, turn, sub))
    return found


def _changes(plan: Plan, start: datetime, until: datetime) -> list[datetime]:
    number = max(plan.pattern.turn_at(start), 0)
    turns = []
    while (change := plan.pattern.turn_start(number)) < until:
        turns.append(change)
        number += 1
    spans: tuple[Swap | Away, ...] = (*plan.swaps, *plan.away)
    edges = [*turns, *(span.start for span in spans), *(span.until for span in spans)]
    return [edge for edge in edges if start < edge < until]
