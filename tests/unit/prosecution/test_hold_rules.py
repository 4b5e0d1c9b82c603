"""A hold's clock warns and opens a review; whatever happens, only a prosecutor ends it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from prosecution_hook.holds.domain import (
    ChargeHold,
    HoldState,
    Prosecutor,
    Resolution,
    ResolutionReason,
)
from prosecution_hook.holds.errors import ExtensionNotPossible, HoldIsResolved, NotAProsecutor
from prosecution_hook.policy.domain import Policy
from shared.callers import ROLES, Caller
from shared.events import ChargeHoldDeadlinePassed, ChargeHoldExpiring, ParticipantReferred
from shared.events.parts import PersonPart

# In Seattle it is still the evening of the second.
START = datetime(2026, 3, 3, 4, 5, tzinfo=UTC)
LEO = Prosecutor("leo", "liaison-prosecutor")
REASON = ResolutionReason.DEADLINE_PASSED


def hold(now: datetime = START, **changes: Any) -> ChargeHold:
    """A hold as it starts under a policy."""
    referral = ParticipantReferred(
        site="king-county", subject="p_1", occurred_at=START, referral_id=uuid4(),
        referral_type="arrest_diversion", source_system="rms-spd", person=PersonPart(),
        received_at=START,
    )  # fmt: skip
    return ChargeHold.start(referral, "p_1", Policy(**changes), 1, now)


def caller(*roles: str) -> Caller:
    return Caller("somebody", frozenset(roles), frozenset({"king-county"}))


def test_a_deadline_holds_for_the_whole_of_its_day() -> None:
    """Thirty days after the site's day of the diversion, to its midnight; summer time included."""
    assert hold().deadline_at == datetime.fromisoformat("2026-04-02T00:00:00-07:00")


@pytest.mark.parametrize("late_days", [0, 24, 28, 40])
def test_warnings_come_once_each_and_never_late(late_days: int) -> None:
    """At 7, 3 and 1 days; a hold that begins late does not warn of what is past."""
    now = START + timedelta(days=late_days)
    held, told = hold(now), []
    while (moment := held.next_tick()) is not None:
        now = max(now, moment)
        told += [event.days_left if isinstance(event, ChargeHoldExpiring) else 0
                 for event in held.tick(now)]  # fmt: skip
    expected = {0: [7, 3, 1, 0], 24: [3, 1, 0], 28: [1, 0], 40: [0]}
    assert told == expected[late_days]
    assert held.state == HoldState.UNDER_REVIEW


def test_an_extension_starts_the_clock_again() -> None:
    """Also out of a review; never to an earlier day, never beyond the longest hold."""
    held = hold(longest_hold_days=60)
    late = held.deadline_at + timedelta(hours=1)
    assert [type(event) for event in held.tick(late)] == [ChargeHoldDeadlinePassed]
    for until in (date(2026, 4, 1), date(2026, 5, 2), date(9999, 12, 31), date(1, 1, 1)):
        with pytest.raises(ExtensionNotPossible):
            held.extend(until, late)
    _, deadline = held.extend(date(2026, 4, 20), late)
    assert deadline == datetime.fromisoformat("2026-04-21T00:00:00-07:00")
    assert held.state == HoldState.HELD
    assert held.next_tick() == deadline - timedelta(days=7)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in Prosecutor.ROLES])
def test_nobody_else_is_a_prosecutor(role: str) -> None:
    """Neither by a caller's role nor by hand."""
    with pytest.raises(NotAProsecutor):
        Prosecutor.of(caller(role))
    with pytest.raises(NotAProsecutor):
        Prosecutor("somebody", role)


def test_a_prosecutors_word_is_given_once() -> None:
    """The same again changes nothing, another is a conflict, and the clock stops."""
    held = hold()
    resolved = held.resolve(Resolution.NOT_FILED, REASON, LEO, START)
    assert resolved is not None
    assert resolved.resolution == "not_filed"
    assert held.resolve(Resolution.NOT_FILED, REASON, LEO, START) is None
    with pytest.raises(HoldIsResolved):
        held.resolve(Resolution.FILED, REASON, LEO, START)
    with pytest.raises(HoldIsResolved):
        held.extend(date(2026, 4, 20), START)
    assert held.next_tick() is None


class HoldMachine(RuleBasedStateMachine):
    """Anything may happen to a hold, in any order."""

    @initialize(days=st.integers(1, 60), warn=st.sets(st.integers(1, 60)))
    def start(self, days: int, warn: set[int]) -> None:
        self.now, self.by_prosecutor, self.deadlines = START, False, 0
        self.hold = hold(hold_days=days, warn_days=tuple(warn)[:10])

    @rule(hours=st.integers(0, 2_000))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for _ in range(70):
            moment = self.hold.next_tick()
            if moment is None or moment > self.now:
                break
            events = list(self.hold.tick(self.now))
            assert events, "a clock that is due has something to say, or it would never stop"
            self.deadlines += sum(isinstance(e, ChargeHoldDeadlinePassed) for e in events)
        else:
            raise AssertionError("the clock does not come to rest")

    @rule(days=st.integers(-10, 120))
    def somebody_extends(self, days: int) -> None:
        try:
            self.hold.extend(self.now.date() + timedelta(days=days), self.now)
        except (ExtensionNotPossible, HoldIsResolved):
            return
        assert self.hold.state == HoldState.HELD
        assert self.now < self.hold.deadline_at <= self.hold.longest_until

    @rule(role=st.sampled_from(ROLES), resolution=st.sampled_from(Resolution))
    def somebody_resolves(self, role: str, resolution: Resolution) -> None:
        try:
            by = Prosecutor.of(caller(role))
            self.hold.resolve(resolution, REASON, by, self.now)
        except (NotAProsecutor, HoldIsResolved):
            return
        self.by_prosecutor = True

    @invariant()
    def only_a_prosecutor_ended_it(self) -> None:
        if not hasattr(self, "hold"):
            return
        resolved = self.hold.state in set(Resolution)
        assert resolved == self.by_prosecutor
        assert (self.hold.resolved_role in Prosecutor.ROLES) is resolved
        assert self.hold.is_open is not resolved


TestHoldMachine = HoldMachine.TestCase
