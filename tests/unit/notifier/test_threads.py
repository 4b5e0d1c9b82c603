"""No event is swallowed by the thread of another one, and no event pages twice."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.notifier.test_incidents import fact

from notifier.choosing import Incident, choose
from notifier.incidents import Fact, Known
from shared.events import RecontactCause
from shared.ids import new_id

POLICE = {"reported_by": "rms"}


class Person:
    """What was told about one person, thread by thread."""

    def __init__(self) -> None:
        self.threads: list[Incident] = []

    def hears(self, one: Fact) -> str:
        """`new`: its own thread; `news`: a message in a thread; `quiet`: an entry, no message."""
        found = choose(self.threads, one)
        if found is None:
            known = Known().learn(one)
            self.threads.append(Incident(new_id(), one.keys, one.occurred_at, known))
            return "new"
        said = "news" if found.known.news_in(one) else "quiet"
        self.threads.remove(found)
        keys, started = found.keys | one.keys, min(found.started_at, one.occurred_at)
        self.threads.append(Incident(found.thread_id, keys, started, found.known.learn(one)))
        return said


def said_of(*facts: Fact) -> list[str]:
    person = Person()
    return [person.hears(one) for one in facts]


def record(cause: str, name: str, **more: Any) -> Fact:
    return fact(cause, source_record_id=name, **more)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Another number of one kind, within the 72 hours.
        (record("booking", "1", cause_number="26-1"), {"cause_number": "26-2"}),
        (record("booking", "1", incident_number="26-1"), {"incident_number": "26-2"}),
        (record("warrant", "1", warrant_number="W1"), {"warrant_number": "W2"}),
        (record("citation", "1", incident_number="26-1"), {"incident_number": "26-2"}),
    ],
)
@pytest.mark.parametrize("cause", ["citation", "new-charge", "police-contact", "arrest", "warrant"])
def test_another_number_of_one_kind_is_another_thread(
    first: Fact, second: dict[str, str], cause: str
) -> None:
    """Whatever kind of contact carries it."""
    assert said_of(first, fact(cause, hours=3, **POLICE, **second)) == ["new", "new"]


@pytest.mark.parametrize(
    "facts",
    [
        # A second event without any number.
        [record("citation", "1"), record("citation", "2", hours=3)],
        [record("citation", "1"), record("citation", "2", hours=30)],
        [record("citation", "1"), record("citation", "2", hours=9, **POLICE)],
        [record("police-contact", "1"), record("police-contact", "2", hours=50)],
        [record("booking", "1"), record("police-contact", "2", hours=40, **POLICE)],
        [record("arrest", "1"), record("arrest", "2", hours=60, **POLICE)],
        [record("victim-of-crime", "1"), record("victim-of-crime", "2", hours=20)],
        [record("overdose-response", "1"), record("overdose-response", "2", hours=20)],
        # One number, and still another event.
        [
            record("arrest", "1", cause_number="26-1"),
            record("arrest", "2", hours=900, cause_number="26-1"),
        ],
        [
            record("custody-change", "1", booking_number="B1"),
            record("custody-change", "2", hours=30, booking_number="B1"),
        ],
        [
            record("failure-to-appear", "1", cause_number="26-1"),
            record("failure-to-appear", "2", hours=300, cause_number="26-1"),
        ],
        # Joined by one number, and about another by the other.
        [
            record("booking", "1", booking_number="B1", cause_number="26-1"),
            record("booking", "2", booking_number="B1", cause_number="26-2", **POLICE),
        ],
        [
            record("new-charge", "1", incident_number="I1", cause_number="26-1",
                   contact_type="charge_filed", outcome="filed"),
            record("new-charge", "2", incident_number="I1", cause_number="26-2",
                   contact_type="charge_referred", outcome="referred"),
        ],
        [
            record("new-charge", "1", incident_number="I1", contact_type="charge_filed",
                   outcome="filed"),
            record("new-charge", "2", incident_number="I2", hours=20,
                   contact_type="charge_referred", outcome="referred"),
        ],
    ],
)  # fmt: skip
def test_another_event_is_told(facts: list[Fact]) -> None:
    """In a thread of its own or as news, in either order; never silently."""
    for order in permutations(facts):
        assert "quiet" not in said_of(*order)


@pytest.mark.parametrize(
    "facts",
    [
        [
            record("arrest", "P-1", **POLICE, incident_number="26-7"),
            record("booking", "J-1", hours=2, incident_number="26-7", booking_number="B1"),
            record("arrest", "C-1", reported_by="court", hours=1, incident_number="26 7"),
        ],
        [
            record("arrest", "P-1", **POLICE),
            record("arrest", "J-1", hours=1),
            record("arrest", "C-1", reported_by="court", hours=2),
        ],
        [
            record("citation", "P-1", **POLICE, incident_number="26-7"),
            record("citation", "J-1", hours=1),
            record("police-contact", "C-1", reported_by="cad", incident_number="26-7"),
        ],
    ],
)
def test_one_event_from_three_systems_is_one_thread(facts: list[Fact]) -> None:
    """In every order: one thread, whose first report pages as new; the others update it."""
    for order in permutations(facts):
        said = said_of(*order)
        assert said[0] == "new"
        assert "new" not in said[1:]


def test_the_same_arrest_from_three_systems_pages_once() -> None:
    """The same kind of contact, three times: the second and third are entries."""
    arrests = [
        record("arrest", f"{source}-1", reported_by=source, hours=hours, incident_number="26-7")
        for source, hours in (("rms", 0), ("jms", 1), ("court", 40))
    ]
    assert said_of(*arrests) == ["new", "quiet", "quiet"]


NUMBERS = {
    kind: st.none() | st.sampled_from(["1", "2", "3"])
    for kind in ("incident_number", "booking_number", "cause_number", "warrant_number")
}
EVENTS = st.lists(
    st.tuples(
        st.sampled_from([cause.value for cause in RecontactCause]),
        st.integers(0, 200),
        st.fixed_dictionaries(NUMBERS),
        st.sampled_from(["jms", "rms", "court"]),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_no_event_about_other_numbers_is_swallowed(events: list[Any]) -> None:
    """Quiet is only what an earlier report may already have told: no number speaks against it."""
    person, before = Person(), list[Fact]()
    for place, (cause, hours, numbers, source) in enumerate(events):
        one = record(cause, str(place), hours=hours, reported_by=source, **numbers)
        if person.hears(one) == "quiet":
            assert any(_agree(old, one) for old in before)
        before.append(one)


def _agree(old: Fact, new: Fact) -> bool:
    mine, theirs = new.told.numbers, old.told.numbers
    return all(theirs.get(kind, number) == number for kind, number in mine.items())
