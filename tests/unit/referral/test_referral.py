"""A referral's states: no path reaches one that the workflow does not have (domain.md 7.2)."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from referral.criteria.domain import Outcome
from referral.referrals.domain import CloseReason, DeclinedBy, Referral
from referral.referrals.domain import ReferralState as State
from referral.referrals.errors import NotAtThisPoint, ReferralIsOver

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SCREENED = {State.ELIGIBLE, State.INELIGIBLE, State.AWAITING_APPROVAL, State.WAITLISTED}
IN_CASEWORK = {State.INTAKE_COMPLETED, State.ENROLLED}
ARRANGED = {State.OUTREACH, State.INTAKE_SCHEDULED}
ENDS = {State.DECLINED, State.WITHDRAWN, State.CLOSED}
# The drawing of the workflow, edge by edge, kept apart from the code that it is a test of.
UNSCREENED = {State.RECEIVED, State.AWAITING_APPROVAL, State.WAITLISTED, State.INELIGIBLE}
EDGES: dict[State, set[State]] = {
    **dict.fromkeys(UNSCREENED, SCREENED | IN_CASEWORK | ENDS),
    State.ELIGIBLE: {State.HANDOFF_PENDING} | ARRANGED | IN_CASEWORK | ENDS,
    State.HANDOFF_PENDING: {State.HANDED_OFF} | IN_CASEWORK | ENDS,
    State.HANDED_OFF: ARRANGED | IN_CASEWORK | {State.DECLINED, State.CLOSED},
    State.OUTREACH: {State.INTAKE_SCHEDULED, State.DECLINED, State.CLOSED} | IN_CASEWORK,
    State.INTAKE_SCHEDULED: {State.DECLINED, State.CLOSED} | IN_CASEWORK,
    State.INTAKE_COMPLETED: {State.ENROLLED, State.CLOSED},
    State.ENROLLED: {State.CLOSED},
    State.DECLINED: set(),
    State.WITHDRAWN: set(),
    State.CLOSED: set(),
}


def referral(state: State = State.RECEIVED) -> Referral:
    """A referral in a state."""
    return Referral(
        id=uuid4(),
        participant_key="p_1",
        site="king-county",
        source_system="rms-spd",
        record_digest=b"",
        content_digest=b"",
        referral_type="arrest_diversion",
        state=state,
        sealed="",
        occurred_at=NOW,
        received_at=NOW,
    )


class ReferralMachine(RuleBasedStateMachine):
    """Every step in any order. What is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.referral = referral()
        self.seen = [State.RECEIVED]
        self.for_agency = [State.RECEIVED]

    def _try(self, step: Callable[[], object]) -> object:
        before = self.referral.model_dump()
        try:
            found = step()
        except (NotAtThisPoint, ReferralIsOver):
            assert self.referral.model_dump() == before
            return None
        self.seen.append(State(self.referral.state))
        self.for_agency.append(self.referral.state_for_agency)
        return found

    @rule(outcome=st.sampled_from(Outcome), due=st.sampled_from([None, NOW]))
    def screen(self, outcome: Outcome, due: datetime | None) -> None:
        screened = self._try(lambda: self.referral.screen(outcome, NOW, due))
        assert screened is None or self.referral.outcome == outcome

    @rule()
    def hear_of_outreach(self) -> None:
        """Whoever waits beside the person, and a screening that is open, come first."""
        before = State(self.referral.state)
        self._try(lambda: self.referral.note_outreach(NOW))
        if before not in {State.ELIGIBLE, State.HANDED_OFF}:
            assert self.referral.state == before

    @rule()
    def call(self) -> None:
        self._try(lambda: self.referral.call(NOW))

    @rule()
    def hand_off(self) -> None:
        self._try(lambda: self.referral.hand_off(NOW))

    @rule(state=st.sampled_from(sorted(IN_CASEWORK | {State.INTAKE_SCHEDULED})))
    def hear_of_casework(self, state: State) -> None:
        self._try(lambda: self.referral.advance(state))

    @rule(by=st.sampled_from(DeclinedBy))
    def decline(self, by: DeclinedBy) -> None:
        before = self.seen[-1]
        closed = self._try(lambda: self.referral.decline(by, NOW))
        assert bool(closed) == (before != self.seen[-1] == State.DECLINED)

    @rule()
    def withdraw(self) -> None:
        before = self.seen[-1]
        closed = self._try(lambda: self.referral.withdraw(NOW))
        assert bool(closed) == (before != self.seen[-1])

    @rule(reason=st.sampled_from(CloseReason))
    def close(self, reason: CloseReason) -> None:
        enrolled = self.seen[-1] in IN_CASEWORK
        closed = self._try(lambda: self.referral.close(reason, NOW))
        assert not (enrolled and closed), "an enrolled person's referral did not end without it"

    @invariant()
    def every_step_is_an_edge_of_the_workflow(self) -> None:
        for before, after in zip(self.seen, self.seen[1:], strict=False):
            assert before == after or after in EDGES[before], (before, after)

    @invariant()
    def the_agency_sees_nothing_of_screening_or_enrollment(self) -> None:
        shown = {State.RECEIVED, State.HANDOFF_PENDING, State.HANDED_OFF, *ENDS} - {State.DECLINED}
        assert set(self.for_agency) <= shown

    @invariant()
    def each_change_is_a_version(self) -> None:
        changes = sum(a != b for a, b in zip(self.seen, self.seen[1:], strict=False))
        assert self.referral.version >= 1 + changes


ReferralMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=20)
TestReferralMachine = ReferralMachine.TestCase


@pytest.mark.parametrize(
    ("before", "news", "after"),
    [
        (State.RECEIVED, State.INTAKE_COMPLETED, State.INTAKE_COMPLETED),
        (State.HANDED_OFF, State.ENROLLED, State.ENROLLED),
        (State.INTAKE_COMPLETED, State.ENROLLED, State.ENROLLED),
        (State.ENROLLED, State.INTAKE_COMPLETED, State.ENROLLED),
        (State.WITHDRAWN, State.ENROLLED, State.WITHDRAWN),
        (State.CLOSED, State.INTAKE_COMPLETED, State.CLOSED),
        (State.HANDED_OFF, State.OUTREACH, State.OUTREACH),
        (State.OUTREACH, State.INTAKE_SCHEDULED, State.INTAKE_SCHEDULED),
        (State.INTAKE_SCHEDULED, State.OUTREACH, State.INTAKE_SCHEDULED),
        # Screening and the officer at the curb come first.
        (State.RECEIVED, State.OUTREACH, State.RECEIVED),
        (State.ELIGIBLE, State.OUTREACH, State.ELIGIBLE),
        (State.HANDOFF_PENDING, State.INTAKE_SCHEDULED, State.HANDOFF_PENDING),
    ],
)
def test_news_moves_a_referral_forward_only(before: State, news: State, after: State) -> None:
    """Events may come late, twice, or after the end."""
    moved = referral(before)
    moved.advance(news)
    assert moved.state == after
    assert moved.version == (2 if before != after else 1)


@pytest.mark.parametrize("state", sorted([*UNSCREENED, State.ELIGIBLE, *IN_CASEWORK]))
def test_an_agency_cannot_tell_how_far_somebody_came(state: State) -> None:
    """Same state, same withdrawal, same closing, whether enrolled or not (R-10)."""
    first, second = referral(state), referral(state)
    shown = [first.state_for_agency]
    first.withdraw(NOW)
    assert [*shown, first.state_for_agency] == [State.RECEIVED, State.WITHDRAWN]
    second.close(CloseReason.UNABLE_TO_LOCATE, NOW)
    assert second.state_for_agency is State.CLOSED


def test_outreach_stops_the_clock_and_is_not_asked_for_again() -> None:
    """Also when it came before the screening; the agency sees neither."""
    waits = referral()
    screened = waits.screen(Outcome.ELIGIBLE, NOW, NOW)
    assert screened.outreach_due_at == NOW
    waits.note_outreach(NOW)
    assert (waits.state, waits.outreach_at) == (State.OUTREACH, NOW)
    assert waits.state_for_agency is State.RECEIVED
    early = referral()
    early.note_outreach(NOW)
    assert early.screen(Outcome.ELIGIBLE, NOW, NOW).outreach_due_at is None
    assert early.state == State.ELIGIBLE


@pytest.mark.parametrize("state", sorted([State.HANDED_OFF, *ARRANGED, *IN_CASEWORK]))
def test_a_withdrawal_does_not_undo_what_the_person_agreed_to(state: State) -> None:
    """Once the person is with the program, it is not the agency's to take back."""
    participant = referral(state)
    participant.withdraw(NOW)
    assert participant.state == state


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_leads_to_a_state(outcome: Outcome) -> None:
    """And what the desk proposed is on record."""
    screened = referral().screen(outcome, NOW)
    assert screened.outcome == outcome
