"""What a reported contact may hold, rule by rule. Nothing runs but the reading of one body."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from referral.contacts.commands import ReportContact
from referral.referrals.commands import ReferPerson
from shared.errors import Invalid, Malformed
from shared.reports import read_report, read_stored

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONTACT: dict[str, Any] = {
    "site": "king-county",
    "source_system": "jms-county-a",
    "source_record_id": "BK-0001234",
    "record_version": 1,
    "contact_type": "booking",
    "occurred_at": "2026-03-03T04:05:00-08:00",
    "agency_ori": "WA0170000",
    "arrest_basis": "warrant",
    "person": {
        "given": "Sam",
        "surname": "Testperson",
        "dob": "1980-01-02",
        "sex": "M",
        "identifiers": [{"system": "spd-local", "value": "1629"}],
    },
    "booking": {"number": "BK-0001234", "facility": "County A Main"},
    "location": {"text": None, "beat": None},
    "charges": [{"seq": 1, "statute": "RCW 9A.56.050(1)", "text": "Assault III", "nibrs": "23H"}],
    "next_court": {"court": "Municipal", "at": "2026-07-04T13:30:00-08:00"},
    "supersedes": None,
}
REFERRAL: dict[str, Any] = {
    "site": "king-county",
    "referral_type": "arrest_diversion",
    "source_system": "rms-spd",
    "source_record_id": "2026-000123",
    "occurred_at": "2026-02-03T01:10:00-08:00",
    "referrer": {
        "agency_ori": "WASPD0000",
        "name": "Ofc. Rivera",
        "badge": "7781",
        "callback": "+12065550100",
    },
    "person": {
        "given": "Samuel",
        "middle": None,
        "surname": "Testperson",
        "suffix": None,
        "aliases": ["Sam Testperson"],
        "dob": "1980-01-02",
        "sex": "M",
        "identifiers": [{"system": "spd-local", "value": "1629"}],
    },
    "location": {"text": "3rd & Pine", "beat": "K3"},
    "charges": [
        {
            "seq": 1,
            "statute": "RCW 69.50.4013",
            "text": "Possession",
            "severity": "misdemeanor",
            "nibrs": "35A",
            "incident_at": "2026-02-03T01:10:00-08:00",
        }
    ],
    "observed_needs": ["substance", "poverty"],
    "person_response": "accepted",
}
ABSENT = object()


def changed(changes: dict[str, Any], body: dict[str, Any] = CONTACT) -> bytes:
    """The body with the values at these pointers replaced, or left out."""
    result = copy.deepcopy(body)
    for pointer, value in changes.items():
        *parents, last = pointer.strip("/").split("/")
        target: Any = result
        for part in parents:
            target = target[int(part)] if part.isdigit() else target[part]
        if value is ABSENT:
            del target[last]
        else:
            target[last] = value
    return json.dumps(result).encode()


def refused(body: bytes, model: Any = ReportContact) -> list[tuple[str, str]]:
    """Pointer and code of every field that is refused."""
    with pytest.raises(Invalid) as caught:
        read_report(model, body, NOW)
    assert all(error.hint for error in caught.value.errors)
    return [(error.pointer, error.code) for error in caught.value.errors]


ACCEPTED: list[dict[str, Any]] = [
    {},
    {"person": {"identifiers": [{"system": "sid", "value": "WA12345678"}]}},
    {"person": {"surname": "Testperson", "dob": "1980-01-02"}},
    {"person": {"surname": "Testperson", "age_from": 18, "age_to": 25}},
    {"person/suffix": "III"},
    {"person/surname": "O'Brien-Łuczak"},
    # Clocks differ a little.
    {"occurred_at": "2026-06-01T12:04:00Z"},
    # Eighteen on the very day, where it happened.
    {"person/dob": "2008-03-03"},
    {"record_version": 2, "supersedes": 1},
    {"record_version": ABSENT, "booking": ABSENT, "location": ABSENT, "charges": ABSENT},
]


@pytest.mark.parametrize("changes", ACCEPTED)
def test_a_plausible_contact_is_accepted(changes: dict[str, Any]) -> None:
    """Strict is not the same as narrow."""
    assert read_report(ReportContact, changed(changes), NOW).site == "king-county"


def test_the_documented_referral_is_accepted() -> None:
    """The payload of the API's documentation."""
    assert read_report(ReferPerson, changed({}, REFERRAL), NOW).person.aliases == (
        "Sam Testperson",
    )


FORM = [
    ({"site": ABSENT}, "/site", "missing"),
    ({"site": 7}, "/site", "string_type"),
    ({"site": "King County"}, "/site", "string_pattern_mismatch"),
    ({"source_system": "jms:county"}, "/source_system", "string_pattern_mismatch"),
    ({"source_record_id": "BK\n1"}, "/source_record_id", "string_pattern_mismatch"),
    ({"source_record_id": "B" * 101}, "/source_record_id", "string_pattern_mismatch"),
    ({"record_version": 0}, "/record_version", "greater_than_equal"),
    ({"record_version": "1"}, "/record_version", "int_type"),
    ({"record_version": True}, "/record_version", "int_type"),
    ({"contact_type": "party"}, "/contact_type", "enum"),
    ({"agency_ori": "wa017"}, "/agency_ori", "string_pattern_mismatch"),
    ({"supersedes": 1}, "/supersedes", "supersedes_itself"),
    ({"mood": "bad"}, "/mood", "extra_forbidden"),
    ({"person/shoe_size": 43}, "/person/shoe_size", "extra_forbidden"),
    ({"charges/0/judge": "X"}, "/charges/0/judge", "extra_forbidden"),
    ({"charges/0/statute": "9" * 101}, "/charges/0/statute", "string_too_long"),
    ({"charges/0/text": "a\u0000b"}, "/charges/0/text", "string_pattern_mismatch"),
    ({"charges/0/nibrs": "theft"}, "/charges/0/nibrs", "string_pattern_mismatch"),
    ({"charges": [{"seq": n + 1} for n in range(201)]}, "/charges", "too_long"),
    ({"person/surname": "  "}, "/person/surname", "string_too_short"),
    ({"person/sex": "male"}, "/person/sex", "literal_error"),
    ({"person/dob": "1880-05-01"}, "/person/dob", "dob_too_old"),
    ({"person/dob": "02.01.1980"}, "/person/dob", "not_a_date"),
    ({"person/identifiers/0/value": "NULL"}, "/person/identifiers/0/value", "placeholder"),
    ({"person/identifiers/0/value": "000"}, "/person/identifiers/0/value", "placeholder"),
    ({"person": {"surname": "Testperson"}}, "/person", "person_not_described"),
    ({"person": {"given": "Sam", "dob": "1980-01-02"}}, "/person", "person_not_described"),
    ({"person": {"surname": "T", "age_from": 30}}, "/person", "person_not_described"),
    (
        {"person": {"surname": "T", "age_from": 40, "age_to": 30}},
        "/person/age_from",
        "age_range_reversed",
    ),
]
TIMES = [
    ({"occurred_at": "2026-03-03T04:05:00"}, "/occurred_at", "timezone_aware"),
    ({"occurred_at": 1_700_000_000}, "/occurred_at", "not_a_date_time"),
    ({"occurred_at": "2026-06-01T12:06:00Z"}, "/occurred_at", "time_in_future"),
    ({"occurred_at": "9999-12-31T23:59:00-08:00"}, "/occurred_at", "time_not_plausible"),
    ({"occurred_at": "0001-01-01T00:00:00+08:00"}, "/occurred_at", "time_not_plausible"),
    (
        {"charges/0/incident_at": "2026-06-02T00:00:00Z"},
        "/charges/0/incident_at",
        "time_in_future",
    ),
    ({"next_court/at": "2026-07-04T13:30:00"}, "/next_court/at", "timezone_aware"),
]
CHILDREN = [
    ({"person/dob": "2008-03-04"}, "/person/dob", "under_18"),
    ({"person/dob": "2030-01-01"}, "/person/dob", "dob_in_future"),
    ({"person/age_from": 17, "person/age_to": 30}, "/person/age_from", "under_18"),
    ({"person/age_to": 17}, "/person/age_to", "under_18"),
]
CRIMINAL = [
    ({"fbi_number": "1"}, "/fbi_number"),
    ({"person/fbiNumber": "1"}, "/person/fbiNumber"),
    ({"person/FBI": "1"}, "/person/FBI"),
    ({"person/iii": "1"}, "/person/iii"),
    ({"charges/0/ncic_code": "1"}, "/charges/0/ncic_code"),
    ({"rap_sheet": "x"}, "/rap_sheet"),
    ({"person/biometrics": {"iris": "x"}}, "/person/biometrics"),
    ({"attachment": {"pages": [{"criminalHistory": "x"}]}}, "/attachment/pages/0/criminalHistory"),
    ({"person/identifiers/0/system": "FBI Number"}, "/person/identifiers/0/system"),
    ({"person/identifiers/0/system": "ncic"}, "/person/identifiers/0/system"),
    ({"charges/0/text": "see FBI# 12345A"}, "/charges/0/text"),
    ({"location/text": "NCIC hit"}, "/location/text"),
]
HEALTH = [
    ({"diagnosis": "x"}, "/diagnosis"),
    ({"person/behavioral_health": {}}, "/person/behavioral_health"),
    ({"person/behaviouralHealth": {}}, "/person/behaviouralHealth"),
    ({"booking/medications": []}, "/booking/medications"),
    ({"charges/0/treatment": "x"}, "/charges/0/treatment"),
    ({"person/SMI": True}, "/person/SMI"),
    ({"notes": {"intake": {"mental_health_flag": True}}}, "/notes/intake/mental_health_flag"),
    ({"charges": {"medical": "x"}}, "/charges/medical"),
    ({"person/identifiers/0/system": "medicaid"}, "/person/identifiers/0/system"),
]
NUMBERS = [
    ({"person/ssn": "1"}, "/person/ssn"),
    ({"person/socialSecurityNumber": "1"}, "/person/socialSecurityNumber"),
    ({"person/identifiers/0/system": "SSN"}, "/person/identifiers/0/system"),
    ({"person/identifiers/0/value": "123-45-6789"}, "/person/identifiers/0/value"),
    ({"charges/0/text": "SS 123-45-6789"}, "/charges/0/text"),
]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        *FORM,
        *TIMES,
        *CHILDREN,
        *((changes, at, "criminal_history_refused") for changes, at in CRIMINAL),
        *((changes, at, "health_information_refused") for changes, at in HEALTH),
        *((changes, at, "ssn_refused") for changes, at in NUMBERS),
    ],
)
def test_each_rule_names_its_field(changes: dict[str, Any], pointer: str, code: str) -> None:
    """One fault, one pointer, one stable code."""
    assert refused(changed(changes)) == [(pointer, code)]


def test_every_fault_is_named_at_once() -> None:
    """An integrator should not have to find the faults one by one."""
    body = changed({"site": ABSENT, "person/mood": 1, "occurred_at": "2026-03-03T04:05:00"})
    assert {pointer for pointer, _ in refused(body)} == {"/site", "/person/mood", "/occurred_at"}


def test_the_number_of_faults_is_bounded() -> None:
    """A body of unknown fields must not become a larger answer."""
    assert len(refused(changed({f"field{n}": n for n in range(1_000)}))) == 50
    assert len(refused(changed({"x": {f"medical{n}": n for n in range(1_000)}}))) == 50


def test_no_value_and_no_unlikely_name_is_repeated() -> None:
    """Input does not come back, and does not reach a log through the exception."""
    body = changed({"person/surname": ["CANARY"], "CANARY name": 1, "person/dob": "CANARY"})
    with pytest.raises(Invalid) as caught:
        read_report(ReportContact, body, NOW)
    assert "CANARY" not in f"{caught.value!r} {caught.value.detail} {caught.value.errors}"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 10_000, b'{"a": "\\ud800"}'])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    """400, not 422: the sender's program is broken, not its data."""
    with pytest.raises(Malformed):
        read_report(ReportContact, body, NOW)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null"])
def test_what_is_not_an_object_is_invalid(body: bytes) -> None:
    """Well-formed JSON, but no report."""
    assert refused(body) == [("", "model_type")]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"referrer": ABSENT}, "/referrer", "missing"),
        ({"referrer/callback": "call me"}, "/referrer/callback", "phone_country"),
        ({"referral_type": "walk_in"}, "/referral_type", "enum"),
        ({"observed_needs/0": "relapse"}, "/observed_needs/0", "literal_error"),
        ({"person/dob": "2008-02-04"}, "/person/dob", "under_18"),
        ({"person/medical_history": "x"}, "/person/medical_history", "health_information_refused"),
    ],
)
def test_a_referral_follows_the_same_rules(
    changes: dict[str, Any], pointer: str, code: str
) -> None:
    """Referrals share the rules of reports, and have a few of their own."""
    body = changed(
        {k: v for k, v in changes.items() if k != "observed_needs/0"}
        | ({"observed_needs": ["relapse"]} if "observed_needs/0" in changes else {}),
        REFERRAL,
    )
    assert refused(body, ReferPerson) == [(pointer, code)]


def test_a_stored_referral_stays_readable_when_rules_become_stricter() -> None:
    """What was taken in is shown to the desk, whatever is refused today."""
    changes = {
        "person/identifiers/0/value": "123.45.6789",
        "person/identifiers/0/system": "photo",
        "location/text": "NCIC hit",
    }
    body = changed(changes, REFERRAL)
    assert refused(body, ReferPerson)
    assert read_stored(ReferPerson, body).location.text == "NCIC hit"
