"""What decisions, warrants, court dates and dispositions may hold."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from prosecution_hook.reports.api import INLETS
from shared.errors import Invalid
from shared.events import Report, WarrantCleared, WarrantIssued
from shared.reports import read_report

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BASE: dict[str, Any] = {
    "site": "king-county",
    "source_system": "pcms-kcpao",
    "source_record_id": "R-1",
    "cause_number": "26-1-00456-3",
    "incident_at": "2025-10-01T10:00:00-07:00",
    "person": {"surname": "Testperson", "dob": "1980-01-02"},
    "charges": [{"seq": 1, "statute": "RCW 9A.56.050"}],
}
AT = "2026-05-30T09:00:00-07:00"
BODIES: dict[str, dict[str, Any]] = {
    "charges": BASE | {"kind": "filed", "filed_at": AT},
    "decisions": BASE | {"decision": "decline", "decided_at": AT},
    "warrants": BASE | {"kind": "issued", "basis": "failure_to_appear", "occurred_at": AT},
    "court-dates": BASE | {"kind": "set", "next_court": {"at": "2026-07-01T09:00:00-07:00"}},
    "dispositions": BASE | {"disposition": "dismissed", "disposed_at": AT},
}


def event_of(name: str, **changes: Any) -> Report:
    """What a report of this kind becomes."""
    body = json.dumps(BODIES[name] | changes).encode()
    return INLETS[name].event(read_report(INLETS[name].model, body, NOW), uuid4(), NOW)


@pytest.mark.parametrize("name", BODIES)
def test_each_kind_happened_when_its_source_says(name: str) -> None:
    """Without such a time, at its receipt; the incident stays a third time, on every charge."""
    event = event_of(name)
    expected = NOW if name == "court-dates" else datetime.fromisoformat(AT)
    assert (event.occurred_at, event.received_at) == (expected, NOW)
    assert event.charges[0].incident_at == datetime(2025, 10, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "changes", "pointer", "code"),
    [
        ("decisions", {"decision": "guilty"}, "/decision", "literal_error"),
        ("decisions", {"decided_at": "2026-06-02T00:00:00Z"}, "/decided_at", "time_in_future"),
        ("warrants", {"kind": "recalled"}, "/kind", "literal_error"),
        ("warrants", {"kind": "served"}, "/basis", "not_for_this_kind"),
        ("warrants", {"warrant_number": "a\x00b"}, "/warrant_number", "string_pattern_mismatch"),
        ("court-dates", {"next_court": None}, "/next_court", "missing"),
        ("court-dates", {"kind": "failure_to_appear"}, "/occurred_at", "missing"),
        ("dispositions", {"disposition": "failed"}, "/disposition", "literal_error"),
        ("dispositions", {"ncic": 1}, "/ncic", "criminal_history_refused"),
        # Seventeen at the incident: juvenile law looks at the conduct, not at the warrant.
        ("warrants", {"person": {"surname": "T", "dob": "2007-10-02"}}, "/person/dob", "under_18"),
    ],
)
def test_each_rule_names_its_field(
    name: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    """One fault, one pointer, one stable code."""
    with pytest.raises(Invalid) as caught:
        event_of(name, **changes)
    assert [(error.pointer, error.code) for error in caught.value.errors] == [(pointer, code)]


def test_a_warrant_is_issued_or_cleared() -> None:
    """Stayed, quashed and served end its being active; each is told by name."""
    assert isinstance(event_of("warrants"), WarrantIssued)
    for kind in ("stayed", "quashed", "served"):
        event = event_of("warrants", kind=kind, basis=None)
        assert isinstance(event, WarrantCleared)
        assert event.outcome == kind
