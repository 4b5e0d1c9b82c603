"""Bodies that agencies post, with changes."""

from typing import Any

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
        "identifiers": [{"system": "spd-local", "value": "1629"}],
    },
    "booking": {"number": "BK-0001234", "facility": "County A Main"},
    "location": {"text": "3rd & Pine", "beat": "K3"},
    "charges": [{"seq": 1, "statute": "RCW 9A.56.050", "text": "Theft 3"}],
    "next_court": {"court": "Municipal", "at": "2026-03-04T13:30:00-08:00"},
    "supersedes": None,
}
REFERRAL: dict[str, Any] = {
    "site": "king-county",
    "referral_type": "arrest_diversion",
    "source_system": "rms-spd",
    "source_record_id": "2026-000123",
    "occurred_at": "2026-02-03T01:10:00-08:00",
    "referrer": {"agency_ori": "WASPD0000", "name": "Ofc. Rivera", "callback": "+12065550100"},
    "person": {"given": "Samuel", "surname": "Testperson", "dob": "1980-01-02"},
    "charges": [{"seq": 1, "statute": "RCW 69.50.4013", "text": "Possession"}],
    "observed_needs": ["substance"],
    "person_response": "accepted",
}


def contact(**changes: Any) -> dict[str, Any]:
    """The documented booking with changes."""
    return CONTACT | changes


def referral(**changes: Any) -> dict[str, Any]:
    """The documented referral with changes."""
    return REFERRAL | changes
