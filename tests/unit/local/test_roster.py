"""Rosters: what a night gives, whatever the nights before gave and wherever a run was killed."""

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lead import roster_command, roster_sending
from lead.errors import Failure
from lead.mapping import Mapping
from lead.roster import OlderRoster, Roster, RosterShrank, Rules, State, plan, settle
from lead.roster_choices import Options
from lead.roster_command import NotFirst, NothingAccepted, Place, take_roster
from lead.roster_reading import NotARoster
from lead.roster_state import BadRosterState, load_state

MAPPING = Mapping.model_validate(
    {
        "time_zone": "America/Los_Angeles",
        "constants": {"site": "s", "source_system": "jms", "contact_type": "booking"},
        "fields": {
            "source_record_id": "Booking",
            "occurred_at": {"time": "Booked"},
            "person.name": "Name",
            "person.dob": {"date": "Born"},
        },
        "charges": {"text": "Charge"},
    }
)
START = datetime(2026, 3, 4, 2, tzinfo=UTC)
Rows = dict[str, tuple[str, str]]


class System:
    """The outside world: keeps reports by record and version, and takes them back."""

    def __init__(self) -> None:
        self.reports: dict[tuple[str, int], dict[str, Any]] = {}
        self.receipts: dict[tuple[str, int], str] = {}
        self.taken_back: set[str] = set()
        self.refuse: set[str] = set()
        self.dies_after: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/retraction"):
            return self._take_back(request)
        lines = [json.loads(line) for line in request.content.splitlines()]
        answers = [self._take(n, body) for n, body in enumerate(lines, start=1)]
        self._die()
        return httpx.Response(200, text="".join(json.dumps(a) + "\n" for a in answers))

    def _take(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        record = (body["source_record_id"], body["record_version"])
        if record[0] in self.refuse:
            error = {"pointer": "/person", "code": "no", "hint": "No."}
            return {"line": number, "status": 422, "errors": [error]}
        if self.reports.setdefault(record, body) != body:
            return {"line": number, "status": 409, "detail": "Other content."}
        receipt = self.receipts.setdefault(record, str(uuid4()))
        return {"line": number, "status": 202, "receipt": receipt}

    def _take_back(self, request: httpx.Request) -> httpx.Response:
        record = json.loads(request.content)["source_record_id"]
        assert self.receipts[record, 1] in request.url.path
        self.taken_back.add(record)
        self._die()
        return httpx.Response(202, json={"receipt": self.receipts[record, 1]})

    def _die(self) -> None:
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise KeyboardInterrupt

    def kinds(self) -> Counter[str]:
        return Counter(body["contact_type"] for body in self.reports.values())


class Nights:
    """Takes a roster night after night, in a folder of its own."""

    def __init__(self, folder: Path, system: System) -> None:
        self.folder, self.system, self.number = folder, system, 0
        self.state = folder / "s.jms.roster-state"
        (folder / "token").write_text("good")

    def __call__(self, rows: Rows, mapping: Mapping = MAPPING, **options: Any) -> None:
        """The next night's roster."""
        self.number += 1
        lines = [f'{no},{booked},"MADEUP, {no}",1980-06-15,{charge}'
                 for no, (booked, charge) in rows.items()]  # fmt: skip
        text = "\n".join(["Booking,Booked,Name,Born,Charge", *lines]) + "\n"
        (self.folder / "roster.csv").write_text(text)
        stamp = (START + timedelta(days=self.number)).timestamp()
        os.utime(self.folder / "roster.csv", (stamp, stamp))
        self.again(mapping, **options)

    def again(self, mapping: Mapping = MAPPING, **options: Any) -> None:
        """The same file once more."""
        place = Place(
            self.folder / "roster.csv", self.state, self.folder / "rejects.csv", "http://city.test",
            self.folder / "token", transport=httpx.MockTransport(self.system),
        )  # fmt: skip
        take_roster(mapping, place, Options(**options))


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def night(tmp_path: Path, system: System) -> Nights:
    return Nights(tmp_path, system)


ONE, TWO = ("2026-03-04 01:10", "THEFT 3"), ("2026-03-04 01:20", "TRESPASS")


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


STORY: list[Rows] = [
    {"A": ONE, "B": TWO, "C": ONE},
    {"A": (ONE[0], "THEFT 2"), "B": TWO},
    {"A": (ONE[0], "THEFT 2"), "B": TWO, "D": ONE},
    {"A": (ONE[0], "THEFT 2"), "B": TWO, "D": ONE, "C": ONE},
    {"A": (ONE[0], "THEFT 2"), "D": ONE, "C": ("2026-03-07 03:00", "NEW")},
    {"A": (ONE[0], "THEFT 2"), "D": ONE, "C": ("2026-03-07 03:00", "NEW"), "B": TWO},
]


def tell(folder: Path, kill: int | None = None) -> tuple[dict[Any, Any], set[str]]:
    """The story's nights, the run killed at the n-th answer and started again."""
    system = System()
    system.dies_after = kill
    night = Nights(folder, system)
    for rows in STORY:
        try:
            night(rows, nights=1)
        except KeyboardInterrupt:
            system.dies_after = None
            night.again(nights=1)
    return system.reports, system.taken_back


@pytest.mark.parametrize("kill", range(8))
def test_a_run_that_is_killed_is_finished_by_the_next(kill: int, tmp_path: Path) -> None:
    """Killed when the system has taken everything and before the answer is read."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    assert tell(tmp_path / "killed", kill) == tell(tmp_path / "whole")


def dying(real: Callable[..., None], at: int, *, late: bool) -> Callable[..., None]:
    """The function, killed before or after its work when it is called the n-th time."""
    left = iter(range(at, -1, -1))

    def run(*args: Any) -> None:
        dies = next(left, None) == 0
        if dies and not late:
            raise KeyboardInterrupt
        real(*args)
        if dies:
            raise KeyboardInterrupt

    return run


def test_a_run_that_is_killed_at_any_write_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before or after each replacement of the state."""
    (tmp_path / "whole").mkdir()
    right = tell(tmp_path / "whole")
    for module, name in ((roster_command, "save_state"), (roster_sending, "write_whole")):
        real = getattr(module, name)
        for late in (False, True):
            for at in range(8):
                folder = tmp_path / f"{name}-{late}-{at}"
                folder.mkdir()

                monkeypatch.setattr(module, name, dying(real, at, late=late))
                assert tell(folder) == right
                monkeypatch.setattr(module, name, real)


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
