"""Which incident a report is about: by a shared number, or by time when nothing contradicts. Pure.

When in doubt a report opens an incident of its own, whose message goes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from notifier.incidents import Fact, Known
from notifier.told import ONE_INCIDENT, may_be_one, share
from shared.case_numbers import any_same


@dataclass(frozen=True, slots=True)
class Incident:
    """A thread, as far as telling incidents apart needs it."""

    thread_id: UUID
    keys: frozenset[str]
    started_at: datetime
    known: Known


def choose(incidents: Sequence[Incident], fact: Fact) -> Incident | None:
    """The incident that the report is about: one that shares a number, else the nearest within 72
    hours that nothing speaks against."""
    sharing = [i for i in incidents if _shares(i, fact)]
    if sharing:
        return max(sharing, key=lambda i: (len(i.keys & fact.keys), i.started_at))
    near = [i for i in incidents if _distance(i, fact) <= ONE_INCIDENT and not _contradict(i, fact)]
    return min(near, key=lambda i: _distance(i, fact), default=None)


def _shares(incident: Incident, fact: Fact) -> bool:
    """A record or a number. Two numbers that differ may have one key, so the numbers decide."""
    if f"record:{fact.record}" in incident.keys:
        return True
    return any(share(told.numbers, fact.told.numbers) for told in incident.known.told)


def _distance(incident: Incident, fact: Fact) -> timedelta:
    return abs(fact.occurred_at - incident.started_at)


def _contradict(incident: Incident, fact: Fact) -> bool:
    """Both have a number of one kind and none in common, or one source tells of two such events."""
    if any(_differs(incident, kind, number) for kind, number in fact.told.numbers.items()):
        return True
    alike = [t for t in incident.known.told if t.cause is fact.cause]
    return bool(alike) and not any(may_be_one(told, fact.told) for told in alike)


def _differs(incident: Incident, kind: str, number: str) -> bool:
    known = [told.numbers[kind] for told in incident.known.told if kind in told.numbers]
    return bool(known) and not any_same([number], known)
