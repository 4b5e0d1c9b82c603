"""What is old when it arrives, and who may still be held although it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.history import Moment, is_old, may_be_held
from notifier.policy import CLASSES, Ages, AlertClass
from shared.events import CourtDatePart, MatchTier, ParticipantRecontacted, RecontactCause
from shared.ids import new_id

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
AGES = Ages()


def contact(cause: str, *, days: float, **more: Any) -> ParticipantRecontacted:
    """One that happened so many days before it arrived, which is now."""
    values: dict[str, Any] = {
        "site": "king-county",
        "subject": "p_1",
        "occurred_at": NOW - timedelta(days=days),
        "cause": RecontactCause(cause),
        "tier": MatchTier.EXACT,
        "receipt": new_id(),
        "reported_by": "jms",
        "source_record_id": "BK-1",
        "received_at": NOW,
        "display_name": "Sam Testperson",
    }
    return ParticipantRecontacted(**(values | more))


@pytest.mark.parametrize("cause", list(RecontactCause))
def test_each_class_has_its_limit(cause: RecontactCause) -> None:
    """The site's own for the class: not old at the limit, old a minute later."""
    ages = Ages(custody_old_hours=24, safety_old_hours=48, legal_old_hours=96, field_old_hours=12)
    days = ages.limit(CLASSES[cause]) / timedelta(days=1)
    assert not is_old(contact(cause, days=days), ages, NOW)
    assert is_old(contact(cause, days=days + 1 / 1440), ages, NOW)


def test_history_is_a_class_of_alerts_and_of_no_contact() -> None:
    assert AlertClass.HISTORY not in CLASSES.values()


def test_what_waited_for_us_is_not_old() -> None:
    """Received in time, handled two weeks later; matched two weeks later, it is old."""
    received = {"received_at": NOW - timedelta(days=14)}
    assert not is_old(contact("release", days=15, **received), AGES, NOW)
    assert is_old(contact("release", days=15, **received, late=True), AGES, NOW)


def test_a_charge_is_as_old_as_its_filing_and_a_court_date_ahead_is_never_old() -> None:
    filed = {"filed_at": NOW - timedelta(days=1)}
    ahead = {"next_court": CourtDatePart(court="Municipal", at=NOW + timedelta(days=2))}
    past = {"next_court": CourtDatePart(court="Municipal", at=NOW - timedelta(days=2))}
    assert is_old(contact("new-charge", days=200), AGES, NOW)
    assert not is_old(contact("new-charge", days=200, **filed), AGES, NOW)
    assert not is_old(contact("new-charge", days=200, **ahead), AGES, NOW)
    assert is_old(contact("new-charge", days=200, **past), AGES, NOW)


def moment(cause: str, days: float, kind: str | None = None) -> Moment:
    return Moment(new_id(), RecontactCause(cause), NOW - timedelta(days=days), kind)


@pytest.mark.parametrize(
    ("moments", "held"),
    [
        ([moment("booking", 20)], True),
        ([moment("booking", 20), moment("custody-change", 5)], True),
        ([moment("booking", 200), moment("release", 190), moment("booking", 20)], True),
        ([moment("arrest", 5)], True),
        ([moment("arrest", 20), moment("booking", 19.9)], True),
        # The same arrest, told by patrol: it shows nobody free.
        ([moment("booking", 20), moment("police-contact", 19.9)], True),
        ([moment("booking", 20), moment("new-charge", 10), moment("court-date", 9)], True),
        # Free since, or not held at all.
        ([moment("booking", 20), moment("release", 19)], False),
        ([moment("booking", 20), moment("release", 20)], False),
        ([moment("booking", 20), moment("citation", 3)], False),
        ([moment("booking", 20), moment("police-contact", 3)], False),
        ([moment("booking", 20), moment("overdose-response", 3)], False),
        ([moment("arrest", 5, "arrest_diverted_again")], False),
        ([moment("booking", 20), moment("arrest", 3, "arrest_diverted_again")], False),
        ([moment("arrest", 20)], False),
        ([moment("booking", 400)], False),
        ([moment("citation", 4)], False),
        ([], False),
    ],
)
def test_who_may_still_be_held(moments: list[Moment], held: bool) -> None:
    """In every order of arrival: nothing later shows the person free."""
    for order in (moments, moments[::-1]):
        assert (may_be_held(order, AGES, NOW) is not None) is held


@given(
    st.lists(
        st.tuples(st.sampled_from(list(RecontactCause)), st.integers(4, 80)), min_size=1, max_size=8
    ),
    st.randoms(),
)
def test_a_release_after_everything_frees_in_every_order(said: list[Any], chance: Any) -> None:
    """And without it at most one report pages, whatever the order."""
    moments = [moment(cause, days) for cause, days in said]
    found = may_be_held(moments, AGES, NOW)
    chance.shuffle(moments)
    again = may_be_held(moments, AGES, NOW)
    assert (found and found.occurred_at) == (again and again.occurred_at)
    assert may_be_held([*moments, moment("release", 1)], AGES, NOW) is None
