"""A case is folded from what was reported of it, whatever order it came in."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from prosecution_hook.ledger.domain import (
    LedgerEntry,
    Matter,
    MatterState,
    MatterStatus,
    matter_about,
    matter_of,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEFORE = AT - timedelta(days=150)


def entry(kind: str = "charge_filed", day: int = 0, **changes: Any) -> LedgerEntry:
    """A matched report, that many days on."""
    at = AT + timedelta(days=day)
    values: dict[str, Any] = {
        "matter_id": uuid4(), "receipt": uuid4(), "site": "king-county", "participant_key": "p_1",
        "record": uuid4().hex, "kind": kind, "cause_number": "26-1", "reported_by": "pcms",
        "filed_at": at, "received_at": at, "charges": [], "before_enrollment": False,
    }  # fmt: skip
    return LedgerEntry(**(values | changes))


def folded(*entries: LedgerEntry) -> Matter:
    matter = matter_of(entries[0], "kcpao")
    matter.fold(entries)
    return matter


def test_a_case_is_the_same_whatever_came_first() -> None:
    """Charge, court date, decision, disposition: every order of arrival ends in the same case."""
    entries = (
        entry(incident_at=BEFORE, before_enrollment=True, charges=[{"seq": 1}]),
        entry("court_event_set", 1, outcome="set", next_court_at=AT + timedelta(days=9)),
        entry("prosecution_decision", 2, outcome="use_in_other_case"),
        entry("disposition", 3, outcome="dismissed"),
    )
    seen = {
        str(folded(*order).model_dump(exclude={"id", "version"})) for order in permutations(entries)
    }
    assert len(seen) == 1
    matter = folded(*entries)
    assert (matter.state, matter.status) == (MatterState.PRE_EXISTING, MatterStatus.DISPOSED)
    assert (matter.decision, matter.disposition) == ("use_in_other_case", "dismissed")
    assert (matter.incident_at, matter.filed_at) == (BEFORE, AT)


def test_a_later_version_replaces_what_its_record_said() -> None:
    """Also when it comes first; another count of the same case stays."""
    first = entry(record="one", charges=[{"seq": 1, "text": "Theft 2"}])
    second = entry(record="one", record_version=2, day=1, charges=[{"seq": 1, "text": "Theft 3"}])
    other = entry(record="two", charges=[{"seq": 2, "text": "Trespass"}])
    for order in permutations((first, second, other)):
        assert {charge["text"] for charge in folded(*order).charges} == {"Theft 3", "Trespass"}


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (entry(incident_at=BEFORE, before_enrollment=True), MatterState.PRE_EXISTING),
        (entry(incident_at=AT), MatterState.POST_ENROLLMENT),
        (entry(), MatterState.POST_ENROLLMENT),
        # Heard of first by a court date: nobody has said that the conduct is new.
        (entry("court_event_set"), MatterState.PRE_EXISTING),
        (entry("warrant_issued"), MatterState.WARRANT),
    ],
)
def test_nothing_looks_like_new_conduct_that_was_not_said_to_be(
    first: LedgerEntry, expected: MatterState
) -> None:
    """Incident date, filing date and received date are three things (domain.md 1.7)."""
    assert folded(first).state == expected


@pytest.mark.parametrize("outcome", ["stayed", "quashed", "served"])
def test_a_warrant_is_active_until_it_is_cleared(outcome: str) -> None:
    """It is a matter of its own beside the case, found again by its number or its cause."""
    issued = entry("warrant_issued", outcome="failure_to_appear", warrant_number="W-1")
    matter = folded(issued)
    assert matter.status == MatterStatus.ACTIVE
    kind = "warrant_served" if outcome == "served" else "warrant_quashed"
    cleared = entry(kind, 1, outcome=outcome, warrant_number="W-1", cause_number=None)
    assert matter.is_about(cleared, "kcpao")
    assert not matter.is_about(entry("warrant_quashed", 1, warrant_number="W-2"), "kcpao")
    assert not matter.is_about(entry(), "kcpao")
    matter.fold((issued, cleared))
    assert matter.status == outcome


def test_one_incident_is_one_case_per_office() -> None:
    """City, county and state each have their own, by the incident's number."""
    referred: dict[str, Any] = {"cause_number": None, "incident_number": "2026-5"}
    matter = folded(entry("charge_referred", **referred))
    assert matter.is_about(entry(cause_number="26-9", incident_number="2026-5"), "kcpao")
    assert not matter.is_about(entry(cause_number="26-9", incident_number="2026-5"), "city")
    assert not matter.is_about(entry(cause_number=None), "kcpao")


@pytest.mark.parametrize(
    ("filed", "ended", "incident", "reported"),
    [
        ("26-1-12345-5", "26-1-12345-5", "26-12345", "26-12345"),
        ("26-1-12345-5 SEA", "26-1-12345-5", "26-12345", "26-12345"),
        ("26-1-12345-5", "26-1-12345-5 KNT", "26-12345", "26-12345"),
        ("26-1-12345-5", "261123455", "26-12345", "26-12345"),
        ("26-1-01234-5", "261012345", "26-12345", "2612345"),
        ("26-1-12345-5 Sea", "26-1-12345-5 SEA", "GO26-12345", "go26-12345"),
        ("26-1-012345-5", "26-1-12345-5", "26-12345", "26-012345"),
    ],
)
def test_a_case_is_one_matter_in_every_spelling(
    filed: str, ended: str, incident: str, reported: str
) -> None:
    """The diverted arrest, the prosecutor's filing of it, the court's dismissal."""
    diverted = matter_of(entry(cause_number=None), "kcpao")
    diverted.state, diverted.incident_number = MatterState.DIVERTED, incident
    others = [folded(entry(cause_number="26-1-99999-9", incident_number="26-99999"))]
    filing = entry(cause_number=filed, incident_number=reported)
    assert matter_about([*others, diverted], filing, "kcpao") is diverted
    assert matter_about([*others, diverted], filing, "sca") is None, "another office's case"
    diverted.fold([filing])
    end = entry("disposition", 1, cause_number=ended, outcome="dismissed")
    assert matter_about([*others, diverted], end, "court") is diverted
    diverted.fold([filing, end])
    assert (diverted.state, diverted.disposition) == (MatterState.DIVERTED, "dismissed")
    if ended.isdigit():
        assert diverted.cause_number == filed, "the spelling that says more"


@pytest.mark.parametrize(
    ("issued", "quashed", "one"),
    [
        ("26-W-58310", "26W58310", True),
        ("26-W-58310", "26\u2011w\u2011058310", True),
        ("26-W-58310", "26-W-58311", False),
        ("26-W-58310", "25-W-58310", False),
        ("N/A", "N/A", False),
    ],
)
def test_a_warrant_is_one_matter_in_every_spelling(issued: str, quashed: str, one: bool) -> None:
    none: dict[str, Any] = {"cause_number": None}
    matter = folded(entry("warrant_issued", warrant_number=issued, **none))
    end = entry("warrant_quashed", 1, warrant_number=quashed, outcome="quashed", **none)
    assert matter_about([matter], end, "kcpao") is (matter if one else None)


def test_a_spelling_that_fits_two_cases_joins_neither() -> None:
    """`261012345` can be both; the case that is spelled so itself is taken."""
    cases = [folded(entry(cause_number=number)) for number in ("26-1-01234-5", "26-10-1234-5")]
    late = entry("disposition", cause_number="261012345", outcome="dismissed")
    assert matter_about(cases, late, "kcpao") is None
    own = folded(entry(cause_number="261012345"))
    assert matter_about([*cases, own], late, "kcpao") is own
