"""What a reported charge may hold beyond what every report may."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from prosecution_hook.reports.commands import ReportCharge
from prosecution_hook.reports.handlers import charge_filed
from shared.errors import Invalid
from shared.reports import read_report

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHARGE: dict[str, Any] = {
    "site": "king-county",
    "source_system": "pcms-kcpao",
    "source_record_id": "26-1-00456-3/1",
    "record_version": 1,
    "kind": "filed",
    "cause_number": "26-1-00456-3",
    "incident_number": "2025-998877",
    "incident_at": "2025-10-01T10:00:00-07:00",
    "filed_at": "2026-03-05T09:00:00-08:00",
    "court": "King County District",
    "person": {
        "given": "Samuel",
        "surname": "Testperson",
        "dob": "1980-01-02",
        "identifiers": [],
    },
    "charges": [
        {
            "seq": 1,
            "statute": "RCW 9A.56.050",
            "text": "Theft 3",
            "severity": "misdemeanor",
            "nibrs": "23H",
        }
    ],
    "next_court": {"court": "King County District", "at": "2026-03-19T09:00:00-07:00"},
}


def read(**changes: Any) -> ReportCharge:
    """The documented charge with changes."""
    return read_report(ReportCharge, json.dumps(CHARGE | changes).encode(), NOW)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"filed_at": None}, "/filed_at", "missing"),
        ({"kind": "rumored"}, "/kind", "literal_error"),
        ({"filed_at": "2026-06-01T13:00:00Z"}, "/filed_at", "time_in_future"),
        ({"incident_at": "2026-06-01T13:00:00Z"}, "/incident_at", "time_in_future"),
        ({"filed_at": "2026-03-05T09:00:00"}, "/filed_at", "timezone_aware"),
        ({"cause_number": "x" * 200}, "/cause_number", "string_pattern_mismatch"),
        ({"diagnosis": 1}, "/diagnosis", "health_information_refused"),
        ({"ncic": 1}, "/ncic", "criminal_history_refused"),
        # Seventeen at the incident, nineteen at the filing: juvenile law looks at the conduct.
        ({"person": {"surname": "T", "dob": "2007-10-02"}}, "/person/dob", "under_18"),
    ],
)
def test_each_rule_names_its_field(changes: dict[str, Any], pointer: str, code: str) -> None:
    """One fault, one pointer, one stable code."""
    with pytest.raises(Invalid) as caught:
        read(**changes)
    assert [(error.pointer, error.code) for error in caught.value.errors] == [(pointer, code)]


def test_a_referred_charge_needs_no_filing() -> None:
    """It may never be filed."""
    assert read(kind="referred", filed_at=None).filed_at is None


def test_a_charge_happened_when_it_was_filed_or_else_when_it_came_in() -> None:
    """The three times are told apart: incident, filing, receipt."""
    filed = charge_filed(read(), uuid4(), NOW)
    assert filed.occurred_at == datetime(2026, 3, 5, 17, tzinfo=UTC)
    referred = charge_filed(read(kind="referred", filed_at=None), uuid4(), NOW)
    assert referred.occurred_at == referred.received_at == NOW


def test_a_charge_without_its_own_time_has_the_incidents() -> None:
    """Casework tells conduct before enrollment by it."""
    event = charge_filed(read(), uuid4(), NOW)
    assert event.charges[0].incident_at == datetime(2025, 10, 1, 17, tzinfo=UTC)
