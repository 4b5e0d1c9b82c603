"""Rosters: what a night gives, whatever the nights before gave."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.local.jail import MAPPING, ONE, START, TWO, Nights, Rows, System

from lead.errors import Failure
from lead.mapping import Mapping
from lead.roster import OlderRoster, Roster, RosterShrank, Rules, State, plan, settle
from lead.roster_command import NotFirst, NothingAccepted
from lead.roster_reading import NotARoster
from lead.roster_state import BadRosterState, load_state


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def night(tmp_path: Path, system: System) -> Nights:
    return Nights(tmp_path, system)


def test_new_rows_are_bookings_and_the_same_roster_again_is_nothing(
    night: Nights, system: System
) -> None:
    """Each record once, with its own time."""
    night({"A": ONE, "B": TWO})
    assert system.kinds() == {"booking": 2}
    assert system.reports["A", 1]["occurred_at"] == "2026-03-04T01:10:00-08:00"
    night.again()
    night({"A": ONE, "B": TWO})
    assert system.kinds() == {"booking": 2}


def test_a_changed_row_is_a_new_version(night: Nights, system: System) -> None:
    """Of the same record, superseding the one before."""
    night({"A": ONE, "B": TWO})
    night({"A": (ONE[0], "THEFT 2"), "B": TWO})
    changed = system.reports["A", 2]
    assert changed["supersedes"] == 1
    assert changed["charges"] == [{"seq": 1, "text": "THEFT 2"}]
    assert system.kinds() == {"booking": 3}


def test_missing_for_two_nights_is_a_release(night: Nights, system: System) -> None:
    """With the person, the first night without them as its time, and no charges."""
    night({"A": ONE, "B": TWO})
    night({"A": ONE})
    assert system.kinds() == {"booking": 2}
    night.again()
    night.again()
    assert system.kinds() == {"booking": 2}
    night({"A": ONE})
    release = system.reports["B/release", 1]
    assert release["contact_type"] == "release"
    assert release["person"] == {"surname": "MADEUP", "given": "B", "dob": "1980-06-15"}
    assert release["occurred_at"] == (START + timedelta(days=2)).isoformat()
    assert "charges" not in release
    night({"A": ONE})
    assert system.kinds() == {"booking": 2, "release": 1}


def test_missing_for_one_night_only_is_nothing(night: Nights, system: System) -> None:
    """Somebody who was in court at the hour of the export."""
    night({"A": ONE, "B": TWO})
    night({"A": ONE})
    night({"A": ONE, "B": TWO})
    night({"A": ONE})
    assert system.kinds() == {"booking": 2}


def test_the_number_of_nights_is_the_mappings_or_the_commands(
    night: Nights, system: System
) -> None:
    """The command line's wins."""
    three = Mapping.model_validate(MAPPING.model_dump(by_alias=True) | {"snapshot": {"nights": 3}})
    night({"A": ONE, "B": TWO}, three)
    night({"A": ONE}, three)
    night({"A": ONE}, three)
    assert system.kinds() == {"booking": 2}
    night({"A": ONE}, three)
    assert system.kinds() == {"booking": 2, "release": 1}
    night({"A": ONE, "C": TWO}, three)
    night({"A": ONE}, three, nights=1)
    assert system.kinds() == {"booking": 3, "release": 2}


def test_back_under_the_same_booking_takes_the_release_back(night: Nights, system: System) -> None:
    """They never left; a second true release is a record of its own."""
    night({"A": ONE, "B": TWO})
    night({"A": ONE}, nights=1)
    night({"A": ONE, "B": TWO})
    assert system.taken_back == {"B/release"}
    assert system.kinds() == {"booking": 2, "release": 1}
    night({"A": ONE}, nights=1)
    assert ("B/release/2", 1) in system.reports


def test_back_with_another_booking_time_is_a_new_booking(night: Nights, system: System) -> None:
    """The jail uses the number again; the release before it stays."""
    night({"A": ONE, "B": TWO})
    night({"A": ONE}, nights=1)
    night({"A": ONE, "B": ("2026-03-06 22:00", "THEFT 3")})
    assert not system.taken_back
    assert system.reports["B/2", 1]["occurred_at"] == "2026-03-06T22:00:00-08:00"
    night({"A": ONE}, nights=1)
    assert system.kinds() == {"booking": 3, "release": 2}
    assert len({record for record, _ in system.reports}) == 5


@pytest.mark.parametrize("rows", [{}, {"A": ONE}, {"X": ONE, "Y": ONE, "Z": ONE, "W": ONE}])
def test_a_roster_that_lacks_most_people_is_refused(
    rows: Rows, night: Nights, system: System
) -> None:
    """An empty or cut file, or another jail's, releases nobody, and is not remembered."""
    four = {"A": ONE, "B": ONE, "C": ONE, "D": ONE}
    night(four)
    with pytest.raises(RosterShrank, match="--accept-shrink"):
        night(rows)
    with pytest.raises(RosterShrank):
        night(rows, nights=1)
    assert system.kinds() == {"booking": 4}
    night({"A": ONE, "B": ONE})
    night({"A": ONE}, accept_shrink=True, nights=1)
    assert system.kinds() == {"booking": 4, "release": 3}


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    night: Nights, system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts and record numbers; no name, no birth date, no state."""
    night({"A": ONE, "B": TWO, "C": ONE})
    before = night.state.read_bytes()
    capsys.readouterr()
    night({"A": (ONE[0], "THEFT 2"), "B": TWO, "D": ONE}, dry_run=True, nights=1)
    said = capsys.readouterr().out
    assert "bookings     1\nchanges      1\nreleases     1\n" in said
    assert "  booking  D (version 1)" in said
    assert "  change   A (version 2)" in said
    assert "  release  C/release (version 1)" in said
    assert "MADEUP" not in said
    assert "1980" not in said
    assert night.state.read_bytes() == before
    assert system.kinds() == {"booking": 3}


def test_a_baseline_takes_note_and_sends_nothing(night: Nights, system: System) -> None:
    """The releases of those who were there are sent all the same."""
    night({"A": ONE, "B": TWO}, baseline=True)
    assert not system.reports
    with pytest.raises(NotFirst):
        night({"A": ONE, "B": TWO}, baseline=True)
    night({"A": ONE}, nights=1)
    assert system.kinds() == {"release": 1}


def test_a_row_that_cannot_be_read_is_not_a_release(night: Nights, system: System) -> None:
    """The person is there; the row is rejected until it can be read."""
    night({"A": ONE, "B": TWO, "C": ONE})
    night({"A": ONE, "B": ("3/4/26", "TRESPASS"), "C": ONE}, nights=1)
    assert system.kinds() == {"booking": 3}
    assert "not_a_time" in (night.folder / "rejects.csv").read_text()
    # A row without a number may be anybody: nobody counts as missing that night.
    night({"A": ONE, "B": TWO, "": ONE}, nights=1)
    assert system.kinds() == {"booking": 3}
    with pytest.raises(NotARoster):
        night({"A": ("bad", "x"), "B": ("bad", "x")}, nights=1)


def test_a_refused_booking_is_sent_again_when_it_changes(night: Nights, system: System) -> None:
    """Not every night; and it is not released, since nobody heard of it."""
    system.refuse = {"B"}
    night({"A": ONE, "B": TWO})
    night({"A": ONE, "B": TWO})
    with pytest.raises(NothingAccepted):
        night({"A": ONE, "B": (TWO[0], "OTHER")})
    system.refuse = set()
    night({"A": ONE, "B": (TWO[0], "OTHER")})
    assert ("B", 1) not in system.reports
    night({"A": ONE, "B": (TWO[0], "THIRD")})
    assert system.reports["B", 1]["charges"][0]["text"] == "THIRD"
    system.refuse = {"C"}
    night({"A": ONE, "B": (TWO[0], "THIRD"), "C": ONE, "D": ONE})
    night({"A": ONE, "B": (TWO[0], "THIRD"), "D": ONE}, nights=1)
    assert system.kinds() == {"booking": 3}


def test_a_run_that_got_nothing_through_does_not_end_like_a_good_one(
    night: Nights, system: System
) -> None:
    """A nightly job looks at nothing else than the exit code."""
    system.refuse = {"A", "B"}
    with pytest.raises(NothingAccepted) as caught:
        night({"A": ONE, "B": TWO})
    assert caught.value.exit_code == 3


def test_an_older_roster_and_a_strange_state_are_refused(night: Nights, system: System) -> None:
    """Last week's file, or another source's state, would release people who are there."""
    night({"A": ONE, "B": TWO})
    with pytest.raises(OlderRoster, match="--as-of"):
        night.again(as_of=START)
    other = Mapping.model_validate(
        MAPPING.model_dump(by_alias=True)
        | {"constants": MAPPING.constants | {"source_system": "other"}}
    )
    with pytest.raises(BadRosterState, match="s/jms"):
        night({"A": ONE}, other)
    night.state.write_text("{")
    with pytest.raises(BadRosterState):
        night({"A": ONE})


def test_the_state_is_for_its_owner_only(night: Nights) -> None:
    """It holds what the roster says of people in custody; of the released it holds numbers."""
    night({"A": ONE, "B": TWO})
    assert night.state.stat().st_mode & 0o777 == 0o600
    night({"A": ONE}, nights=1)
    entry = load_state(night.state, "s/jms").entries["B"]
    assert entry.body is None
    assert sorted(path.name for path in night.folder.iterdir() if "sending" in path.name) == []


ROSTERS = st.lists(
    st.dictionaries(
        st.sampled_from("ABCDE"), st.tuples(st.sampled_from("xyz"), st.sampled_from("12"))
    ),
    max_size=8,
)


@settings(max_examples=150)
@given(ROSTERS, st.integers(1, 3))
def test_whoever_is_in_the_roster_is_held_and_nobody_is_told_twice(
    rosters: list[dict[str, tuple[str, str]]], nights: int
) -> None:
    """For any nights: numbers are used once, versions count up, and the last roster is in force."""
    state, sent = State(), list[tuple[str, int]]()
    for number, rows in enumerate(rosters):
        bodies = {
            k: {"occurred_at": time, "charge": c, "person": {}} for k, (c, time) in rows.items()
        }
        roster = Roster(START + timedelta(days=number), bodies)
        state = plan(state, roster, Rules(nights, accept_shrink=True))
        for event in state.sending:
            if event.kind != "return":
                sent.append((event.record, event.version))
            state = settle(state, event, "receipt", accepted=True)
        assert not state.sending
        again = plan(state, roster, Rules(nights, accept_shrink=True))
        assert again == state
        held = {key for key, entry in state.entries.items() if not entry.released}
        assert held >= rows.keys()
        assert all(state.entries[key].missing < nights for key in held)
        assert all(state.entries[key].booked == rows[key][1] for key in rows)
    assert len(sent) == len(set(sent))


def test_every_failure_is_said_in_words() -> None:
    """They end the command with a text for the person at it."""
    kinds = (RosterShrank, OlderRoster, NotARoster, NotFirst, NothingAccepted, BadRosterState)
    assert all(issubclass(kind, Failure) for kind in kinds)
