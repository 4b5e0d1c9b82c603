"""A referral's states."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from referral.domain import CloseReason, Referral, ReferralState
from referral.errors import ReferralIsOver

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RECEIVED, COMPLETED, ENROLLED, WITHDRAWN, CLOSED = ReferralState


def referral(state: ReferralState = RECEIVED) -> Referral:
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


@pytest.mark.parametrize(
    ("before", "news", "after"),
    [
        (RECEIVED, COMPLETED, COMPLETED),
        (RECEIVED, ENROLLED, ENROLLED),
        (COMPLETED, ENROLLED, ENROLLED),
        (ENROLLED, COMPLETED, ENROLLED),
        (WITHDRAWN, ENROLLED, WITHDRAWN),
        (CLOSED, COMPLETED, CLOSED),
    ],
)
def test_news_moves_a_referral_forward_only(
    before: ReferralState, news: ReferralState, after: ReferralState
) -> None:
    """Events may come late, twice, or after the end."""
    moved = referral(before)
    moved.advance(news)
    assert moved.state == after
    assert moved.version == (2 if before != after else 1)


@pytest.mark.parametrize("state", [RECEIVED, COMPLETED, ENROLLED])
def test_an_agency_cannot_tell_how_far_somebody_came(state: ReferralState) -> None:
    """Same state, same withdrawal, same closing, whether enrolled or not (R-10)."""
    first, second = referral(state), referral(state)
    assert first.state_for_agency is RECEIVED
    first.withdraw(NOW)
    assert first.state_for_agency is WITHDRAWN
    second.close(CloseReason.HANDED_OFF)
    assert second.state_for_agency is CLOSED


def test_a_withdrawal_does_not_undo_an_enrollment() -> None:
    """What the participant agreed to is not the agency's to take back."""
    enrolled = referral(ENROLLED)
    enrolled.withdraw(NOW)
    assert enrolled.state == ENROLLED


def test_a_referral_ends_once() -> None:
    """Closed stays closed, withdrawn stays withdrawn."""
    closed, withdrawn = referral(), referral()
    closed.close(CloseReason.DUPLICATE)
    withdrawn.withdraw(NOW)
    for over in (closed, withdrawn):
        with pytest.raises(ReferralIsOver):
            over.withdraw(NOW)
        with pytest.raises(ReferralIsOver):
            over.close(CloseReason.DUPLICATE)
