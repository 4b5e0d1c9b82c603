"""The fields of a contact that a mapping can fill, and how a value is put there."""

import re
from typing import Any

from lead.mapping.numbers import whole_number
from lead.mapping.rule import Value

REQUIRED = ("site", "source_system", "source_record_id", "contact_type", "occurred_at")
TARGETS = {
    *REQUIRED, "record_version", "supersedes", "agency_ori", "arrest_basis", "incident_number",
    "person.given", "person.middle", "person.surname", "person.suffix", "person.dob", "person.sex",
    "person.age_from", "person.age_to", "booking.number", "booking.facility", "location.text",
    "location.beat", "next_court.court", "next_court.at",
}  # fmt: skip
# One column that holds a whole name fills four fields.
WHOLE_NAME = "person.name"
CHARGE_TARGETS = {"seq", "statute", "text", "severity", "nibrs", "incident_at"}
_WHOLE_NUMBERS = {
    "record_version", "supersedes", "person.age_from", "person.age_to", "charges.seq",
}  # fmt: skip
_IDENTIFIER = re.compile(r"person\.identifiers\[([A-Za-z0-9._-]+)\]$")
# Line ends, tabs and the other characters that begin a new line or column somewhere.
_BREAKS = re.compile(r"\s*[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]\s*")


def is_target(name: str) -> bool:
    return name in TARGETS or _IDENTIFIER.match(name) is not None


def fit(target: str, value: Any, column: str) -> Any:
    """The value as its field wants it: whole numbers, or text on one line. Raises Unmappable."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {part: one_line(text) for part, text in value.items()}
    if target in _WHOLE_NUMBERS:
        return value if _is_whole(value) else whole_number(str(value).strip(), column)
    return one_line(str(value))


def one_line(text: str) -> str:
    """The text with a space for every line break or tab in it."""
    return _BREAKS.sub(" ", text).strip()


def place(body: dict[str, Any], target: str, value: Value | dict[str, str] | None) -> None:
    """Put a value at its path; a missing one is left out, but `person` is always there."""
    if target.startswith("person."):
        body.setdefault("person", {})
    if value is None:
        return
    if isinstance(value, dict):
        body["person"].update(value)
        return
    if found := _IDENTIFIER.match(target):
        identifiers = body["person"].setdefault("identifiers", [])
        identifiers.append({"system": found[1], "value": value})
        return
    *parents, leaf = target.split(".")
    for parent in parents:
        body = body.setdefault(parent, {})
    body[leaf] = value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
