"""Bodies and events of the measurements: a jail's booking report, every field made up."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from shared.events import ChargePart, ContactReported, IdentifierPart, PersonPart

SITE, SOURCE = "king-county", "jms-bench"


def booking(number: str, person: int, days_ago: float = 1) -> bytes:
    """A contact report about bench person number `person`."""
    occurred = datetime.now(UTC) - timedelta(days=days_ago)
    return json.dumps(
        {
            "site": SITE,
            "source_system": SOURCE,
            "source_record_id": number,
            "record_version": 1,
            "contact_type": "booking",
            "occurred_at": occurred.isoformat(),
            "person": person_body(person),
            "booking": {"number": number, "facility": "County A Main"},
            "charges": [{"seq": 1, "statute": "RCW 9A.56.050", "text": "Theft 3"}],
        }
    ).encode()


def person_body(person: int) -> dict[str, object]:
    return {
        "given": "Sam",
        # Spread as names and birthdays are: else everybody would be a candidate for everybody.
        "surname": surname(person),
        "dob": (date(1950, 1, 1) + timedelta(days=person * 37 % 18_000)).isoformat(),
        "sex": "M",
        "identifiers": [{"system": "spd-local", "value": f"bench-{person}"}],
    }


def surname(person: int) -> str:
    """A made-up surname of three syllables; the first 8,000 people have one each."""
    first, second, third = person % 20, person // 20 % 20, person // 400 % 20
    return f"{_SYLLABLES[first]}{_SYLLABLES[second]}{_SYLLABLES[third]}".title()


_SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu",
              "na", "pe", "qui", "ro", "su", "ta", "ve", "wi", "xo", "zu"]  # fmt: skip


def report(number: int) -> ContactReported:
    """The event that referral makes of such a report."""
    receipt, now = uuid4(), datetime.now(UTC)
    return ContactReported(
        site=SITE,
        subject=str(receipt),
        occurred_at=now,
        receipt=receipt,
        source_system=SOURCE,
        source_record_id=str(number),
        record_version=1,
        received_at=now,
        person=PersonPart(
            given="Sam",
            surname=surname(number),
            identifiers=(IdentifierPart(system="spd-local", value=f"bench-{number}"),),
        ),
        contact_type="booking",
        booking_number=str(number),
        facility="County A Main",
        charges=(ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft 3"),),
    )
