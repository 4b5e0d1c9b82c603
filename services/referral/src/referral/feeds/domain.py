"""Whether a feed is heard of as often as its site expects: silence must not look like calm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_SILENCE = timedelta(hours=24)


class Alarm(StrEnum):
    """What is wrong with a feed."""

    SILENT = "silent"
    BELOW_FLOOR = "below_floor"


@dataclass(frozen=True, slots=True)
class FeedPolicy:
    """What a site expects of one source. No longest silence: it is not watched."""

    max_silence: timedelta | None = MAX_SILENCE
    floor_per_day: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """When a source was last heard of, and how much came in a day; None: not counted now."""

    site: str
    source: str
    last_heard_at: datetime | None
    reports_last_24_hours: int | None
    alarm: Alarm | None
    alarm_since: datetime | None


def judge(pulse: Pulse, policy: FeedPolicy, now: datetime) -> Alarm | None:
    """The graver alarm first: a source that is silent is below every floor."""
    heard = pulse.last_heard_at or policy.since
    if policy.max_silence and heard and now - heard > policy.max_silence:
        return Alarm.SILENT
    if policy.floor_per_day is None or not _is_a_day_old(policy, now):
        return None
    if pulse.reports_last_24_hours is None:
        # Counted once an hour only: between two counts a thin feed stays what it was.
        return Alarm.BELOW_FLOOR if pulse.alarm is Alarm.BELOW_FLOOR else None
    return Alarm.BELOW_FLOOR if pulse.reports_last_24_hours < policy.floor_per_day else None


def _is_a_day_old(policy: FeedPolicy, now: datetime) -> bool:
    return policy.since is not None and now - policy.since >= timedelta(hours=24)


def since_when(alarm: Alarm, pulse: Pulse, policy: FeedPolicy, now: datetime) -> datetime:
    """Silence began when the source was last heard of, not when it was noticed."""
    if alarm is Alarm.BELOW_FLOOR:
        return now - timedelta(hours=24)
    return pulse.last_heard_at or policy.since or now
