"""Who is on duty: by the site's clock, in every night of the year, without gap or overlap."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.coverage.duty import Away, Duty, Pattern, Plan, Swap, duties, on_duty
from notifier.coverage.gaps import Gap, absence_gaps, on_call_gaps

SEATTLE = ZoneInfo("America/Los_Angeles")
ZONES = ("America/Los_Angeles", "America/Denver", "Pacific/Chatham", "Australia/Lord_Howe", "UTC")
PEOPLE = ("alice", "ben", "carla")


def local(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SEATTLE).astimezone(UTC)


def rotation(*members: str, changes_at: str = "09:00", days: int = 1) -> Plan:
    pattern = Pattern(members, date(2026, 3, 1), time.fromisoformat(changes_at), days, SEATTLE)
    return Plan(pattern)


@pytest.mark.parametrize(
    ("day", "clock", "who"),
    [
        ("2026-03-01", "08:59", None),
        ("2026-03-01", "09:00", "alice"),
        ("2026-03-02", "08:59", "alice"),
        ("2026-03-02", "09:00", "ben"),
        ("2026-03-08", "08:59", "alice"),
        ("2026-03-08", "09:00", "ben"),
        ("2026-11-01", "08:59", "alice"),
        ("2026-11-01", "09:00", "ben"),
    ],
)
def test_a_turn_changes_at_the_same_time_of_day_all_year(
    day: str, clock: str, who: str | None
) -> None:
    """In winter, in summer, and on the mornings after both changes of the clock."""
    assert on_duty(rotation("alice", "ben"), local(day, clock)) == who


def test_a_change_over_in_the_hour_that_does_not_exist() -> None:
    """02:30 on the night of spring-forward: one change, an hour after 01:30."""
    plan = rotation("alice", "ben", changes_at="02:30")
    night = duties(plan, local("2026-03-07", "12:00"), local("2026-03-09", "12:00"))
    assert [duty.sub for duty in night] == ["alice", "ben", "alice"]
    assert night[0].until - local("2026-03-08", "01:30") == timedelta(hours=1)
    # Wall clock 03:30 to 02:30 the next day.
    assert night[1].until - night[1].start == timedelta(hours=23)


def test_a_change_over_in_the_hour_that_comes_twice() -> None:
    """01:30 on the night of fall-back: one change, at the first of the two."""
    plan = rotation("alice", "ben", changes_at="01:30")
    night = duties(plan, local("2026-10-31", "12:00"), local("2026-11-02", "12:00"))
    assert len(night) == 3
    assert night[0].until == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert night[1].until - night[1].start == timedelta(hours=25)


def test_a_swap_wins_and_the_later_of_two_wins() -> None:
    """Carla takes a night, then dana an hour of it."""
    plan = rotation("alice", "ben")
    evening, night = local("2026-03-03", "18:00"), local("2026-03-04", "06:00")
    hour = (local("2026-03-03", "20:00"), local("2026-03-03", "21:00"))
    swapped = Plan(plan.pattern, (Swap("carla", evening, night), Swap("dana", *hour)))
    found = duties(swapped, local("2026-03-03", "09:00"), local("2026-03-04", "09:00"))
    assert [d.sub for d in found] == ["alice", "carla", "dana", "carla", "alice"]


def test_who_is_away_is_stood_in_for() -> None:
    """By the backup; by the backup's own when both are away; in a circle by nobody."""
    plan = rotation("alice")
    day = (local("2026-03-03", "00:00"), local("2026-03-04", "00:00"))
    noon = local("2026-03-03", "12:00")
    alice, ben = Away("alice", *day, backup="ben"), Away("ben", *day, backup="carla")
    assert on_duty(Plan(plan.pattern, away=(alice,)), noon) == "ben"
    assert on_duty(Plan(plan.pattern, away=(alice, ben)), noon) == "carla"
    circle = (alice, Away("ben", *day, backup="alice"))
    assert on_duty(Plan(plan.pattern, away=circle), noon) is None
    assert on_duty(Plan(plan.pattern, away=(Away("alice", *day),)), noon) is None
    assert on_duty(Plan(plan.pattern, away=(alice,)), day[1]) == "alice"


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.integers(0, 730 * 24 * 60).map(lambda m: NEW_YEAR + timedelta(minutes=m))
spans = st.tuples(instants, st.timedeltas(timedelta(minutes=1), timedelta(days=20))).map(
    lambda span: (span[0], span[0] + span[1])
)
patterns = st.builds(
    Pattern,
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4).map(tuple),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, 14),
    st.sampled_from(ZONES).map(ZoneInfo),
)
people = st.sampled_from(PEOPLE)
swaps = st.builds(lambda sub, span: Swap(sub, *span), people, spans)
absences = st.builds(
    lambda sub, span, backup: Away(sub, span[0], span[1], backup), people, spans, st.none() | people
)
few = settings(max_examples=60, deadline=None)
plans = st.builds(
    Plan,
    patterns,
    st.lists(swaps, max_size=3).map(tuple),
    st.lists(absences, max_size=3).map(tuple),
)


@few
@given(plans, spans)
def test_duties_follow_each_other_without_gap_or_overlap(
    plan: Plan, span: tuple[datetime, datetime]
) -> None:
    """From the first on until the end, whatever was swapped and whoever is away."""
    found = duties(plan, *span)
    assert all(one.until == following.start for one, following in pairwise(found))
    assert all(duty.start < duty.until for duty in found)
    if plan.pattern.turn_start(0) <= span[0]:
        assert (found[0].start, found[-1].until) == span


@few
@given(plans, spans, st.floats(0, 0.99))
def test_the_list_says_what_the_clock_says(
    plan: Plan, span: tuple[datetime, datetime], part: float
) -> None:
    """At any moment the person in the list is the person who is asked."""
    at = span[0] + (span[1] - span[0]) * part
    listed = [d.sub for d in duties(plan, *span) if d.start <= at < d.until]
    assert listed == [on_duty(plan, at)] or (listed == [] and on_duty(plan, at) is None)


@few
@given(patterns, st.integers(0, 800))
def test_turns_are_of_one_length_on_the_wall_and_nobody_is_skipped(
    pattern: Pattern, number: int
) -> None:
    """A turn differs by the change of the clock at most, and the next begins where it ends."""
    start, end = pattern.turn_start(number), pattern.turn_start(number + 1)
    assert abs((end - start) - timedelta(days=pattern.days)) <= timedelta(hours=1)
    assert pattern.turn_at(start) == number
    assert pattern.turn_at(end - timedelta(seconds=1)) == number


DAY = (local("2026-03-03", "00:00"), local("2026-03-04", "00:00"))
NOON = local("2026-03-03", "12:00")


def test_a_turn_that_falls_to_nobody_is_a_gap() -> None:
    """Also one that falls to somebody who cannot be reached; parts that touch are one gap."""
    found = [Duty(DAY[0], NOON, "alice", None), Duty(NOON, DAY[1], "alice", "ben")]
    assert on_call_gaps(found, {"ben"}) == [Gap("alice", DAY[0], NOON)]
    assert on_call_gaps(found, set()) == [Gap("alice", *DAY)]
    assert on_call_gaps([Duty(*DAY, "alice", "alice")], {"alice"}) == []


def test_an_absence_is_covered_by_backup_or_on_call() -> None:
    """Only where neither is there it is a gap."""
    away, reachable = Away("alice", *DAY, backup="ben"), {"ben", "carla"}
    half = Away("ben", NOON, DAY[1])
    assert absence_gaps([away], [], reachable, *DAY) == []
    assert absence_gaps([away], [], set(), *DAY) == [Gap("alice", *DAY)]
    both = absence_gaps([away, half], [], reachable, *DAY)
    assert both == [Gap("alice", NOON, DAY[1]), Gap("ben", NOON, DAY[1])]
    on_call = [Duty(*DAY, "carla", "carla")]
    assert absence_gaps([away, half], on_call, reachable, *DAY) == []
    assert absence_gaps([away], [], set(), DAY[1], DAY[1] + timedelta(days=1)) == []
