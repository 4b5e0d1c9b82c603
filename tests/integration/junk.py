"""Bodies of batches for generated requests; registered once, for every test that makes some."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis

NDJSON = "application/x-ndjson"
OWN = {"site": "king-county", "source_system": "jms-county-a"}
PERSON = {"surname": "Testperson", "given": "Sam", "dob": "1980-01-02"}
# Lines that no schema makes: not JSON, not text, not an object, too deep, too large, a NUL.
JUNK = (
    b"{",
    b"null",
    b'"\\u0000"',
    b"\xff\xfe",
    b"1e999",
    b"[" * 2_000,
    json.dumps(OWN | {"source_record_id": "\ud800"}).encode(),
    json.dumps(OWN | {"source_record_id": "a\x00b", "record_version": True}).encode(),
    json.dumps(OWN | {"source_record_id": "R-1"}).encode()[:-1]
    + b', "record_version": %s}' % (b"9" * 400),
)


@schemathesis.serializer(NDJSON)
def lines_of(_: Any, value: Any) -> bytes:
    """A batch: what was made, much the same as a report to be taken, and junk; with blank lines."""
    made = value if isinstance(value, dict) else {}
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    own = made | {name: at for name in made if name.endswith("_at")} | OWN | {"person": PERSON}
    return b"\n\n".join((*(json.dumps(one).encode() for one in (value, own)), *JUNK))
