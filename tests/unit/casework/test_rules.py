"""Rules of files, caseloads and releases."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from casework.assignments.domain import (
    Transfer,
    TransferState,
    require_reachable,
    require_room,
)
from casework.assignments.errors import (
    CaseloadFull,
    NotTheirs,
    StaffUnreachable,
    TransferDecided,
)
from casework.consents.domain import SignedConsent, mixes_legal_proceedings
from casework.participants.domain import (
    ExitReason,
    InactiveReason,
    IntakeInterview,
    ParticipantFile,
    State,
    Step,
)
from casework.participants.errors import (
    IntakeAlreadyCompleted,
    NotEnrolled,
    ParticipantExited,
)
from casework.settings import CaseloadPolicy, Policy
from shared.errors import PreconditionFailed

AT = datetime(2026, 3, 3, 12, 5, tzinfo=UTC)
REFERRALS = (UUID(int=1), UUID(int=2))


@pytest.mark.parametrize(
    ("count", "overridden", "room"),
    [(0, False, True), (24, False, True), (25, False, False), (25, True, True), (40, True, True)],
)
def test_caseloads(count: int, overridden: bool, room: bool) -> None:
    """A caseload at 25 takes nobody more without an override."""
    if room:
        require_room(count, CaseloadPolicy(), overridden=overridden)
        return
    with pytest.raises(CaseloadFull):
        require_room(count, CaseloadPolicy(), overridden=overridden)


@pytest.mark.parametrize(
    ("by", "supervises", "state"),
    [
        ("ben", False, TransferState.ACCEPTED),
        ("ben", False, TransferState.DECLINED),
        ("carla", True, TransferState.ACCEPTED),
        ("alice", False, None),
    ],
)
def test_who_may_answer_a_transfer(by: str, supervises: bool, state: TransferState | None) -> None:
    """The one who was asked, or a supervisor; once."""
    transfer = Transfer(
        participant_key="p", site="s", from_case_manager="alice", to_case_manager="ben",
        offered_by="alice", offered_at=AT,
    )  # fmt: skip
    if state is None:
        with pytest.raises(NotTheirs):
            transfer.decide(TransferState.ACCEPTED, by, AT, supervises=supervises)
        return
    transfer.decide(state, by, AT, supervises=supervises)
    assert (transfer.state, transfer.decided_by) == (state, by)
    with pytest.raises(TransferDecided):
        transfer.decide(TransferState.ACCEPTED, by, AT, supervises=supervises)


def test_nobody_unreachable_is_responsible() -> None:
    """Not even with a reason: an alert that cannot arrive helps nobody."""
    require_reachable([])
    with pytest.raises(StaffUnreachable):
        require_reachable(["alice"])


def test_a_site_may_have_limits_of_its_own() -> None:
    """Others keep the usual ones."""
    policy = Policy(caseloads={"santa-fe": CaseloadPolicy(warn_at=10, full_at=12)})
    assert policy.caseload_at("santa-fe").full_at == 12
    assert policy.caseload_at("king-county").full_at == 25


@pytest.mark.parametrize(
    ("effective", "expires", "revoked", "expected"),
    [
        (0, None, False, True),
        (-10, 1, False, True),
        (-10, 0, False, False),
        (1, None, False, False),
        (-10, None, True, False),
    ],
)
def test_a_release_in_force(
    effective: int, expires: int | None, revoked: bool, expected: bool
) -> None:
    """From its first day until the day of expiry or the revocation, in days from today."""
    today = date(2026, 3, 3)
    consent = SignedConsent(
        participant_key="p", site="s", template_version="1", language="en",
        signature_evidence="e", grants=[], signed_at=AT, recorded_by="alice",
        effective_from=today + timedelta(days=effective),
        expires_on=None if expires is None else today + timedelta(days=expires),
    )  # fmt: skip
    if revoked:
        consent.revoke("alice", AT)
    assert consent.in_force(today) is expected


@pytest.mark.parametrize(
    ("purposes", "mixed"),
    [
        ([{"case_coordination"}], False),
        ([{"legal_proceedings"}], False),
        ([{"legal_proceedings"}, {"legal_proceedings"}], False),
        ([{"legal_proceedings", "case_coordination"}], True),
        ([{"legal_proceedings"}, {"case_coordination"}], True),
    ],
)
def test_legal_proceedings_stand_alone(purposes: list[set[str]], mixed: bool) -> None:
    """R-06, within a grant and across grants."""
    assert mixes_legal_proceedings(purposes) is mixed


class Files(RuleBasedStateMachine):
    """Any order of outreach, appointment, intake, release, status and exit."""

    def __init__(self) -> None:
        super().__init__()
        self.file = ParticipantFile(participant_key="p", site="s", opened_at=AT)
        self.consented = self.interviewed = self.left = False
        self.tried = self.reached = self.scheduled = False
        self.clock: UUID | None = None
        self.enrolled = 0

    def _edit(self) -> bool:
        version = self.file.version
        if self.left:
            with pytest.raises(ParticipantExited):
                self.file.edit(None)
            assert self.file.version == version
            return False
        with pytest.raises(PreconditionFailed):
            self.file.edit(version + 1)
        self.file.edit(version)
        assert self.file.version == version + 1
        return True

    def _enroll(self) -> None:
        self.enrolled += self.file.enroll(AT, consented=self.consented) is not None

    @rule(referral=st.sampled_from(REFERRALS))
    def screened(self, referral: UUID) -> None:
        """A clock begins once, and only for somebody whom nobody has gone to see."""
        waits = self.file.step is Step.REFERRED and self.clock is None
        assert self.file.await_outreach(AT, referral) is waits
        self.clock = referral if waits else self.clock

    @rule(referral=st.sampled_from(REFERRALS))
    def referral_closed(self, referral: UUID) -> None:
        """Only the referral whose clock it is ends it, and only while it runs."""
        drops = self.clock == referral and not self.tried
        assert self.file.drop_outreach(referral) is drops
        self.clock = None if drops else self.clock

    @rule(reached=st.booleans())
    def outreach(self, reached: bool) -> None:
        """Told the first time, found or not; of somebody who is enrolled it is no news."""
        before = self.file.state == State.REFERRED
        told = self.file.reach_out(AT, reached=reached)
        assert (told is not None) is (before and not self.tried)
        self.tried |= before
        self.reached |= before and reached

    @rule(set_again=st.booleans())
    def schedule(self, set_again: bool) -> None:
        """A time can be set and taken back until the interview is done."""
        if not self._edit():
            return
        if self.interviewed:
            with pytest.raises(IntakeAlreadyCompleted):
                self.file.schedule_intake(REFERRALS[0], AT, AT)
            return
        told = self.file.schedule_intake(REFERRALS[0], AT, AT)
        assert told.scheduled_for == AT
        self.scheduled = set_again
        if not set_again:
            self.file.intake_scheduled_for = None

    @rule()
    def interview(self) -> None:
        if not self._edit():
            return
        intake = IntakeInterview(
            participant_key="p", completed_at=AT, domains=[], recorded_by="alice"
        )
        if self.interviewed:
            with pytest.raises(IntakeAlreadyCompleted):
                self.file.complete_intake(intake)
        else:
            self.file.complete_intake(intake)
        self.interviewed = True
        self._enroll()

    @rule(given=st.booleans())
    def consent(self, given: bool) -> None:
        self.consented = given
        self._enroll()

    @rule(reason=st.sampled_from([None, *InactiveReason]))
    def change_status(self, reason: InactiveReason | None) -> None:
        if not self._edit():
            return
        state = State.INACTIVE if reason else State.ACTIVE
        if not self.enrolled:
            with pytest.raises(NotEnrolled):
                self.file.change_status(state, reason, AT)
            return
        same = (self.file.state, self.file.reason) == (state, reason)
        told = self.file.change_status(state, reason, AT)
        assert (told is None) is same
        assert told is None or (told.status, told.reason) == (state, reason)

    @rule(reason=st.sampled_from(ExitReason))
    def leave(self, reason: ExitReason) -> None:
        if self._edit():
            told = self.file.change_status(State.EXITED, reason, AT)
            assert told is not None
            assert told.status == State.EXITED
            self.left = True

    @invariant()
    def a_reason_belongs_to_its_state(self) -> None:
        """No path ends with a reason of another kind, and no state is called "failed"."""
        kinds: dict[str, tuple[str | None, ...]] = {
            State.INACTIVE: tuple(InactiveReason),
            State.EXITED: tuple(ExitReason),
        }
        assert self.file.reason in kinds.get(self.file.state, (None,))
        assert self.file.state in set(State)

    @invariant()
    def the_step_is_the_furthest_that_was_made(self) -> None:
        """One step for whoever is referred, none for whoever is enrolled or gone."""
        made = (
            (Step.INTAKE_COMPLETED, self.interviewed),
            (Step.INTAKE_SCHEDULED, self.scheduled),
            (Step.OUTREACH, self.tried),
            (Step.REFERRED, True),
        )
        furthest = next(step for step, was_made in made if was_made)
        assert self.file.step == (None if self.enrolled or self.left else furthest)
        assert (self.file.outreach_at is not None) is self.tried
        assert (self.file.reached_at is not None) is self.reached
        assert self.file.outreach_referral == self.clock
        assert (self.file.outreach_due_at is None) is (self.clock is None)

    @invariant()
    def enrolled_at_most_once_and_never_without_both(self) -> None:
        assert self.enrolled <= 1
        assert bool(self.enrolled) is (self.file.enrolled_at is not None)
        assert not self.enrolled or self.interviewed
        assert (self.file.state == State.EXITED) is self.left
        if not self.enrolled:
            assert self.file.state in (State.REFERRED, State.EXITED)
        if self.interviewed and self.consented and not self.left:
            assert self.enrolled == 1


TestFiles = Files.TestCase
TestFiles.settings = settings(max_examples=100, stateful_step_count=16, deadline=None)
