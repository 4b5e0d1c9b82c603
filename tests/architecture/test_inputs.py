"""What comes in is read by the types that all services share: dates, times and texts."""

from collections.abc import Iterator

from tests.architecture.inputs import Value, inputs, values

DATES = {"date", "datetime", "time", "timedelta"}
# Texts of bodies that are no words of a person, field by field: each is looked up or checked as
# it is, and would be wrong in any other form.
AS_SENT = {
    "address": "a phone number or an address, read by the channel that it belongs to",
    "callback": "a phone number, read by shared/phones.py",
    "confirm": "compared with one word",
    "content": "a file, with a checksum over its bytes",
    "nibrs": "codes",
    "participant_key": "looked up",
    "phone": "a phone number, read by shared/phones.py",
    "service_id": "looked up",
    "site": "looked up",
    "to": "a login",
    "topic": "looked up",
    "type": "looked up",
    "url": "read by shared/egress.py",
}


def found(kinds: set[str]) -> Iterator[tuple[str, Value]]:
    for name in sorted(inputs()):
        for value in values(name):
            if value.schema["type"] in kinds:
                yield name, value


def test_inputs_are_found() -> None:
    """Parameters, bodies and agencies' reports, or the rules below hold for nothing."""
    assert len(inputs()) > 200
    assert "report ReportContact" in inputs()
    for kind in ("date", "datetime", "time", "str"):
        assert list(found({kind}))


def test_no_date_is_read_from_bare_digits() -> None:
    """Pydantic alone takes `202603030405` for a moment in 1976: use the types of `shared.dates`."""
    bare = [
        f"{name} {value.place}"
        for name, value in found(DATES)
        if "shared.dates" not in value.functions
    ]
    assert bare == []


def test_texts_of_bodies_have_one_form() -> None:
    """Words are `OneLine` or `Prose` (`shared.text`); codes and names of systems have a pattern."""
    raw = [
        f"{name} {value.place}"
        for name, value in found({"str"})
        if name.endswith(" body body") or name.startswith("report ")
        if value.place.rsplit("/", 1)[-1] not in AS_SENT
        if not value.schema.get("pattern") and "shared.text" not in value.functions
    ]
    assert raw == []
