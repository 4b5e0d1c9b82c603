"""An alert is called by its most urgent open fact, in whatever order the facts arrive."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.notifier.test_incidents import after, fact

from notifier.headline import headline_of
from notifier.incidents import Fact
from shared.events import RecontactCause

BOOKING = fact("booking", source_record_id="BK", booking_number="B-1", hours=2)
ARREST = fact("arrest", source_record_id="AR", reported_by="rms", incident_number="26-1")
RELEASE = fact("release", source_record_id="RE", hours=20, booking_number="B-1")
MOVED = fact("custody-change", source_record_id="MO", hours=9)
DIVERTED = fact("arrest", source_record_id="DI", contact_type="arrest_diverted_again")
CITATION = fact("citation", source_record_id="CI", hours=30)
OLD_CHARGE = {"pre_enrollment_conduct": True}


def legal(cause: str, kind: str, outcome: str | None = None, **more: Any) -> Fact:
    about = {"reported_by": "pcms", "source_record_id": f"{kind}-{outcome}", "cause_number": "26-1"}
    return fact(cause, contact_type=kind, outcome=outcome, **(about | more))


FILED = legal("new-charge", "charge_filed", "filed", hours=40, **OLD_CHARGE)
REFERRED = legal("new-charge", "charge_referred", "referred", hours=35)
COURT = legal("court-date", "court_event_set", "set", hours=41)
NEXT_COURT = legal("court-date", "court_event_set", "moved", hours=64)
CALLED_OFF = legal("court-date", "court_event_set", "canceled", hours=44)
MISSED = legal("failure-to-appear", "failure_to_appear", hours=50)
WARRANT = legal("warrant", "warrant_issued", "failure_to_appear", hours=51, warrant_number="W1")
QUASHED = legal("warrant", "warrant_quashed", "quashed", hours=60, warrant_number="w-1")
OTHER_QUASHED = legal("warrant", "warrant_quashed", "quashed", hours=61, warrant_number="W2")
SERVED = legal("arrest", "warrant_served", "served", hours=62, warrant_number="W1")
DISMISSED = legal("disposition", "disposition", "dismissed", hours=70)
OTHER_CASE = legal("disposition", "disposition", "convicted", hours=71, cause_number="26-2")
DECLINED = legal("prosecution-decision", "prosecution_decision", "decline", hours=55)
REBOOKED = fact("booking", source_record_id="BK", record_version=2, booking_number="B-1", hours=30)
OTHER_RELEASE = fact("release", source_record_id="RX", hours=21, booking_number="B-2")


@pytest.mark.parametrize(
    ("facts", "headline"),
    [
        # Somebody in jail comes before whatever else is new.
        ([ARREST, BOOKING, FILED, COURT], BOOKING),
        ([BOOKING, CITATION, MISSED, WARRANT], BOOKING),
        ([BOOKING, MOVED, FILED], MOVED),
        ([ARREST, CITATION, REFERRED], ARREST),
        ([BOOKING, FILED, DISMISSED], BOOKING),
        ([BOOKING, OTHER_RELEASE, COURT], BOOKING),
        ([BOOKING, RELEASE, REBOOKED, COURT], REBOOKED),
        ([WARRANT, SERVED, COURT], SERVED),
        # Released: that comes first, and being booked is over.
        ([ARREST, BOOKING, RELEASE, COURT], RELEASE),
        ([DIVERTED, CITATION, COURT], DIVERTED),
        # Of papers: a warrant, a missed date, a charge, the next date.
        ([WARRANT, MISSED, FILED, COURT], WARRANT),
        ([MISSED, FILED, COURT], MISSED),
        ([FILED, COURT, REFERRED], FILED),
        ([COURT, REFERRED], COURT),
        # What was settled steps back behind what is open.
        ([WARRANT, QUASHED, FILED], FILED),
        ([WARRANT, OTHER_QUASHED, FILED], WARRANT),
        ([MISSED, WARRANT, QUASHED, NEXT_COURT], NEXT_COURT),
        ([FILED, COURT, DISMISSED], DISMISSED),
        ([FILED, OTHER_CASE], FILED),
        ([REFERRED, DECLINED], DECLINED),
        ([COURT, CALLED_OFF], CALLED_OFF),
        ([WARRANT, QUASHED], QUASHED),
        ([CITATION, QUASHED], QUASHED),
    ],
)
def test_the_most_urgent_open_fact_in_every_order(facts: list[Fact], headline: Fact) -> None:
    """Every permutation, as reports arrive in any order."""
    for order in permutations(facts):
        assert headline_of(after(*order).told) == headline.told.event_id


EVERY = [value for value in list(globals().values()) if isinstance(value, Fact)]
PLACES = st.lists(st.integers(0, len(EVERY) - 1), max_size=8, unique=True)


@settings(max_examples=200)
@given(PLACES.filter(bool), st.randoms())
def test_the_order_of_arrival_never_changes_the_headline(places: list[int], chance: Any) -> None:
    """Any set of facts, versions of one record among them."""
    facts = [EVERY[place] for place in places]
    other = list(facts)
    chance.shuffle(other)
    assert headline_of(after(*facts).told) == headline_of(after(*other).told)


@settings(max_examples=200)
@given(PLACES, st.randoms())
def test_nothing_but_a_release_hides_who_sits_in_jail(places: list[int], chance: Any) -> None:
    """Whatever else comes in, before or after."""
    facts = [EVERY[place] for place in places]
    others = [one for one in facts if one.cause is not RecontactCause.RELEASE]
    all_of_it = [BOOKING, *others]
    chance.shuffle(all_of_it)
    found = headline_of(after(*all_of_it).told)
    holding = {one.told.event_id for one in (BOOKING, REBOOKED, MOVED)}
    assert found in holding


def test_a_thread_without_facts_has_no_headline() -> None:
    assert headline_of(()) is None
