"""What comes in is read by the types that all services share: dates, times and texts."""

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from pydantic_core.core_schema import ErrorType
from tests.apps import apps
from tests.architecture.inputs import Value, inputs, values

from shared.hints import FORMS, hint_for

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


def test_every_pattern_is_said_in_words() -> None:
    """Whoever is refused for a form reads which one is wanted."""
    patterns = {str(v.schema["pattern"]) for _, v in found({"str"}) if "pattern" in v.schema}
    assert sorted(patterns - FORMS.keys()) == []


def test_every_code_has_a_hint_in_words() -> None:
    for kind in get_args(ErrorType):
        hint = hint_for(kind, {})
        assert hint.endswith("."), kind
        assert "error" not in hint, kind
    assert hint_for("enum", {"expected": "'a' or 'b'"}) == "Use one of: 'a' or 'b'."


def test_generators_find_one_name_for_each_schema_and_operation() -> None:
    """A client's classes are called by titles, its functions by operation ids."""
    for app in apps().values():
        document = app.openapi()
        schemas = document["components"]["schemas"]
        assert {name: schema["title"] for name, schema in schemas.items()} == {
            n: n for n in schemas
        }
        assert not [name for name in schemas if "__" in name or "-" in name]
        ids = Counter(
            o["operationId"] for path in document["paths"].values() for o in path.values()
        )
        assert [name for name, times in ids.items() if times > 1] == []
