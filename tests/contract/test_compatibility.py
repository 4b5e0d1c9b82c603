"""The judge of schema changes refuses every break, and events stay as they were published."""

import copy
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, cast

import pytest
from pydantic import create_model
from tests.contract import baseline, events
from tests.contract.compatibility import breaks

from shared.events import ALL, ContactReported, Event, ParticipantRecontacted
from shared.events.export import SCHEMAS
from shared.events.schemas import wire_schema
from shared.events.wire import decode, encode
from shared.ids import new_id
from shared.sealing import DataClass, KeyRing, generate_key_ring

ROOT = Path(__file__).parents[2]
Schema = dict[str, Any]

CONTACT = wire_schema(ContactReported)
RECONTACT = wire_schema(ParticipantRecontacted)


def person(schema: Schema) -> Schema:
    """The sealed person's own schema."""
    found: Schema = schema["properties"]["sealed"]["properties"]["identity"]["x-sealed-content"][
        "properties"
    ]["person"]
    return found


def rename(schema: Schema) -> None:
    schema["properties"]["district"] = schema["properties"].pop("beat")


def add_required(schema: Schema) -> None:
    schema["properties"]["weather"] = {"type": "string", "x-data-class": "public"}
    schema["required"].append("weather")


def move_to_sealed(schema: Schema) -> None:
    """The publisher decides that a field says who somebody is after all."""
    field = schema["properties"].pop("beat") | {"x-data-class": "identity"}
    schema["properties"]["sealed"]["properties"]["identity"]["x-sealed-content"]["properties"][
        "beat"
    ] = field


BREAKS: list[tuple[str, Callable[[Schema], object], str]] = [
    ("a removed field", lambda s: s["properties"].pop("beat"), "/beat: removed or renamed"),
    ("a renamed field", rename, "/beat: removed or renamed"),
    (
        "a changed type",
        lambda s: s["properties"]["record_version"].update(type="string"),
        "/record_version: type changed",
    ),
    (
        "a changed format",
        lambda s: s["properties"]["received_at"].update(format="date"),
        "/received_at: format changed",
    ),
    (
        "null where there was none",
        lambda s: s["properties"].update(
            source_system={
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "x-data-class": "public",
            }
        ),
        "/source_system: type changed",
    ),
    (
        "no null where there was one",
        lambda s: s["properties"]["beat"]["anyOf"].pop(),
        "/beat: type changed",
    ),
    ("a new required field", add_required, "/weather: newly required"),
    (
        "an optional field made required",
        lambda s: s["required"].append("beat"),
        "/beat: newly required",
    ),
    (
        "a required field made optional",
        lambda s: s["required"].remove("receipt"),
        "/receipt: no longer always there",
    ),
    (
        "a narrowed enum",
        lambda s: s["properties"]["contact_type"]["enum"].remove("booking"),
        "/contact_type: enum no longer has booking",
    ),
    (
        "a widened enum",
        lambda s: s["properties"]["contact_type"]["enum"].append("parole"),
        "/contact_type: enum has the new value parole",
    ),
    (
        "a changed data class",
        lambda s: s["properties"]["beat"].update({"x-data-class": "program"}),
        "/beat: x-data-class changed",
    ),
    ("a field that becomes sealed", move_to_sealed, "/beat: removed or renamed"),
    (
        "a removed field in a nested part",
        lambda s: s["properties"]["charges"]["items"]["properties"].pop("nibrs"),
        "/charges/nibrs: removed or renamed",
    ),
    (
        "a removed field in an optional part",
        lambda s: s["properties"]["next_court"]["anyOf"][0]["properties"].pop("court"),
        "/next_court/court: removed or renamed",
    ),
    (
        "a removed field inside a sealed one",
        lambda s: person(s)["properties"].pop("dob"),
        "/sealed/identity/person/dob: removed or renamed",
    ),
    (
        "a list that becomes one value",
        lambda s: s["properties"].update(
            charges={"type": "string", "x-data-class": "public", "default": []}
        ),
        "/charges: type changed",
    ),
    ("another topic", lambda s: s.update({"x-topic": "lead.other"}), "/: x-topic changed"),
    ("another key", lambda s: s.update({"x-key": "<site>"}), "/: x-key changed"),
    (
        "a tighter limit",
        lambda s: s["properties"]["source_system"].update(maxLength=3),
        "/source_system: maxLength changed",
    ),
]


@pytest.mark.parametrize(("change", "finding"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_a_break_is_found(change: Callable[[Schema], object], finding: str) -> None:
    """Each of these would lose or misread an event somewhere."""
    changed = copy.deepcopy(CONTACT)
    change(changed)
    assert finding in breaks(CONTACT, changed)


def test_what_binds_no_reader_may_change() -> None:
    """Words may change, and optional fields may be added, outside and inside sealed fields."""
    changed = copy.deepcopy(RECONTACT)
    changed["description"] = "Sent when something else."
    changed["properties"]["beat"] = {"type": "string", "x-data-class": "public"}
    sealed = changed["properties"]["sealed"]["properties"]["identity"]["x-sealed-content"]
    sealed["properties"]["nickname"] = {"type": "string", "x-data-class": "identity"}
    assert breaks(RECONTACT, changed) == []


def test_the_first_sealed_field_of_a_class_is_a_break() -> None:
    """Events already sent have no such member, and a reader would look for it in vain."""
    event = next(e for e in ALL if "sealed" not in wire_schema(e)["properties"])
    annotation = Annotated[str | None, DataClass.CARE]
    grown = create_model(event.__name__, __base__=event, note=(annotation, None))
    assert "/sealed: newly required" in breaks(
        wire_schema(event), wire_schema(cast("type[Event]", grown))
    )


@pytest.mark.parametrize("revision", baseline.revisions(ROOT) or [""])
def test_published_events_stay_compatible(revision: str) -> None:
    """Against what was committed, however often the golden files were written since."""
    if not revision:
        missing = "no git history here to compare the schemas with"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    now = {f"{event.type}.json": wire_schema(event) for event in ALL}
    before = baseline.schemas(ROOT, revision, SCHEMAS)
    assert set(before) - set(now) == set(), "an event vanished; publish a new version beside it"
    found = {name: breaks(schema, now[name]) for name, schema in before.items()}
    assert {name: why for name, why in found.items() if why} == {}, (
        "anything but a new optional field is a new version, published beside the old one"
    )


def test_the_baseline_is_read_from_git(tmp_path: Path) -> None:
    """A committed schema is found although the file on disk was written again."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@localhost"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    golden = tmp_path / "schemas" / "a.json"
    golden.parent.mkdir()
    for field in ("first", "second"):
        golden.write_text(json.dumps({"properties": {field: {}}}))
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "--quiet", "--no-gpg-sign", "-m", field], check=True)
    golden.write_text("{}")
    found = [baseline.schemas(tmp_path, r, Path("schemas")) for r in baseline.revisions(tmp_path)]
    assert found == [{"a.json": {"properties": {f: {}}}} for f in ("second", "first")]


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.__name__)
def test_an_old_reader_reads_an_event_with_a_new_optional_field(event: type[Event]) -> None:
    """A newer publisher may add a field, sealed or not; today's class still reads the event."""
    ring = KeyRing(generate_key_ring(("identity", "care"))["keys"])
    sealed = next((c for c in event.classes.values() if c in ("identity", "care")), None)
    fields: dict[str, Any] = {"added": (Annotated[str | None, DataClass.PROGRAM], None)}
    if sealed:
        fields["added_sealed"] = (Annotated[str | None, sealed], None)
    newer = create_model(event.__name__, __base__=event, **fields)
    values = {"id": new_id(), "added": "new"} | ({"added_sealed": "new"} if sealed else {})
    sent = newer.model_validate(events.example(event).model_dump() | values)
    message = encode(sent, ring)
    assert b'"added":"new"' in message.payload
    read = decode(event, message.headers, message.payload, ring)
    assert read == event.model_validate(sent.model_dump())
