"""A release of information in any order of what can happen to it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from casework.consents.domain import Channel, ConsentDraft, ConsentState, SignedConsent
from casework.consents.errors import NotInForce
from shared.errors import PreconditionFailed

AT = datetime(2026, 3, 3, 12, 5, tzinfo=UTC)
GRANTS = [
    {
        "recipient_org": "kcpao",
        "recipient_role": "liaison-prosecutor",
        "categories": ["goals"],
        "purposes": ["case_coordination"],
    },
    {
        "recipient_org": "opd",
        "recipient_role": "defense-counsel",
        "categories": ["progress"],
        "purposes": ["case_coordination", "defense"],
    },
]


def release(expires_on: date | None = date(2026, 4, 1)) -> SignedConsent:
    return SignedConsent(
        participant_key="p", site="s", template_version="1", language="en",
        signature_evidence="e", grants=GRANTS, signed_at=AT, recorded_by="alice",
        effective_from=AT.date(), expires_on=expires_on,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "org", "purpose", "expected"),
    [
        ("liaison-prosecutor", "kcpao", "case_coordination", {"goals"}),
        ("liaison-prosecutor", None, "case_coordination", set()),
        ("liaison-prosecutor", "other", "case_coordination", set()),
        ("liaison-prosecutor", "kcpao", "defense", set()),
        ("defense-counsel", "opd", "defense", {"progress"}),
        ("police", "opd", "case_coordination", set()),
    ],
)
def test_recipient_and_category_and_purpose(
    role: str, org: str | None, purpose: str, expected: set[str]
) -> None:
    """R-01: a grant covers its own recipient for its own purposes, never across grants."""
    assert release().categories_for(role, org, purpose) == expected


def test_who_signs_has_seen_what_it_says() -> None:
    """A draft that was changed since is another draft."""
    draft = ConsentDraft(participant_key="p", site="s", terms={}, written_by="a", written_at=AT)
    draft.expect(1)
    draft.change({"a": 1}, "ben", AT)
    with pytest.raises(PreconditionFailed):
        draft.expect(1)
    draft.expect(None)


class Releases(RuleBasedStateMachine):
    """Time passes, clocks come by early or late, people revoke and replace."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.release = AT, release()
        self.told = 0
        self.over: ConsentState | None = None

    @rule(days=st.integers(min_value=0, max_value=40))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def the_clock_comes_by(self) -> None:
        due = self.now.date() >= date(2026, 4, 1)
        assert self.release.expire(self.now) is (due and self.over is None)
        if due and self.over is None:
            self.over = ConsentState.EXPIRED

    @rule(channel=st.sampled_from([None, *Channel]))
    def revoke(self, channel: Channel | None) -> None:
        told = self.release.revoke("alice", self.now, channel)
        assert (told is not None) is (self.over is None)
        if told is not None:
            assert told.revoked_at == self.now
            self.told, self.over = self.told + 1, ConsentState.REVOKED

    @precondition(lambda self: self.over is None)
    @rule()
    def supersede(self) -> None:
        assert self.release.supersede(self.now).consent_id == self.release.id
        self.told, self.over = self.told + 1, ConsentState.SUPERSEDED

    @precondition(lambda self: self.over is not None)
    @rule()
    def what_ended_is_not_replaced(self) -> None:
        with pytest.raises(NotInForce):
            self.release.supersede(self.now)

    @invariant()
    def an_end_is_for_good_and_told_once(self) -> None:
        assert self.release.state == (self.over or ConsentState.SIGNED)
        assert self.told <= 1
        assert (self.release.ended_at is None) is (self.over is None)

    @invariant()
    def nobody_is_told_under_a_release_that_ended(self) -> None:
        in_force = self.release.in_force(self.now.date())
        assert not (in_force and self.over)
        assert in_force is (self.over is None and self.now.date() < date(2026, 4, 1))


TestReleases = Releases.TestCase
TestReleases.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
