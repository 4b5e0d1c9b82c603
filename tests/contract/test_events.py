"""The catalogue keeps its promises: said when, classed, unique, and sealed on the wire."""

import json
from base64 import urlsafe_b64decode
from pathlib import Path

import jsonschema
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.events import example, made_up

from shared.context import working_on
from shared.events import ALL, TOPICS, Event, EventPart, sealed_classes
from shared.events.asyncapi import HEADERS
from shared.events.base import unclassified_fields
from shared.events.export import CATALOGUE, SCHEMAS, documents, services
from shared.events.schemas import key_template, wire_schema
from shared.events.wire import Encoded, Undecodable, decode, encode
from shared.sealing import SEALED, CannotOpen, Care, DataClass, Identity, KeyRing, generate_key_ring

ROOT = Path(__file__).parents[2]
KEYS = generate_key_ring(("identity", "care"))["keys"]
RING = KeyRing(KEYS)
CANARY = "canary"
CANARIES = st.text(alphabet="abcdefgh", max_size=8).map(lambda text: CANARY + text)

each_event = pytest.mark.parametrize("event", ALL, ids=lambda event: event.__name__)


def test_the_generated_files_are_up_to_date() -> None:
    """`make schemas` was run after the last change of an event or a subscription."""
    texts = documents(ROOT)
    stale = [str(p) for p, text in texts.items() if not same_text(ROOT / p, text)]
    assert stale == [], "run `make schemas` and read what changed"
    on_disk = {path.relative_to(ROOT) for path in (ROOT / SCHEMAS).glob("*.json")}
    assert on_disk == {path for path in texts if path.parent == SCHEMAS}


def same_text(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def test_every_event_class_is_in_the_catalogue() -> None:
    """A class that nobody listed would be published without a schema."""

    def concrete(kind: type[Event]) -> set[type[Event]]:
        below = [c for c in kind.__subclasses__() if c.__module__.startswith("shared.")]
        return {kind} if not below else set().union(*map(concrete, below))

    assert concrete(Event) == set(ALL)


def test_types_are_unique() -> None:
    """Two classes never share a wire type, nor one class two places in the catalogue."""
    assert len({event.type for event in ALL}) == len(ALL)


@each_event
def test_an_event_says_when_it_is_sent(event: type[Event]) -> None:
    """The docstring is the catalogue's text, and its own."""
    assert (event.__dict__.get("__doc__") or "").startswith("Sent when ")


@each_event
def test_every_field_has_a_data_class(event: type[Event]) -> None:
    """Nobody may forget to say what a field is; unsaid, it would be sealed as care."""
    assert unclassified_fields(event) == set()


@each_event
def test_a_person_is_always_sealed(event: type[Event]) -> None:
    """Whatever holds names, birth dates or identifiers is of a sealed class."""
    personal = {"PersonPart", "IdentifierPart"}
    schema = wire_schema(event)
    open_fields = {n: f for n, f in schema["properties"].items() if n != "sealed"}
    assert not any(part in json.dumps(open_fields) for part in personal)


@each_event
def test_a_publisher_owns_its_topic(event: type[Event]) -> None:
    """Topics are named after the service that writes to them."""
    assert event.topic.startswith(f"lead.{event.service}.")
    assert event.topic in TOPICS
    assert event.service in services(ROOT)


@each_event
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_sealed_values_never_travel_in_the_open(event: type[Event], data: st.DataObject) -> None:
    """A canary in any sealed field is in no header, key or byte of the payload, and comes back."""
    sent = data.draw(made_up(event, CANARIES))
    message = encode(sent, RING)
    assert CANARY not in everything_readable(message)
    sealed = {name for name, c in event.classes.items() if c in SEALED}
    assert not sealed & json.loads(message.payload).keys()
    assert decode(event, message.headers, message.payload, RING) == sent


def everything_readable(message: Encoded) -> str:
    """What somebody without keys can see, the sealed values' segments decoded too."""
    values = json.loads(message.payload).get("sealed", {}).values()
    segments = [urlsafe_b64decode(s + "==") for value in values for s in value.split(".")]
    texts = (message.key, message.topic, json.dumps(message.headers), message.payload.decode())
    return "\n".join((*texts, *(segment.decode("latin-1") for segment in segments)))


@each_event
def test_what_travels_has_the_published_shape(event: type[Event]) -> None:
    """Value, headers and key of a real message are what schema and AsyncAPI say."""
    sent = example(event)
    with working_on("chain", "cause"):
        message = encode(sent, RING)
    jsonschema.validate(json.loads(message.payload), wire_schema(event))
    closed = HEADERS | {"additionalProperties": False}
    jsonschema.validate(message.headers, closed)
    key = key_template(event)
    for name in (*event.classes, "site", "subject"):
        key = key.replace(f"<{name}>", str(getattr(sent, name)))
    assert message.key == key


@each_event
def test_another_implementation_reads_it_as_a_cloudevent(event: type[Event]) -> None:
    """The CloudEvents project's own library takes the message for a valid binary event."""
    sent = example(event)
    message = encode(sent, RING)
    headers = {name: value.encode() for name, value in message.headers.items()}
    read = from_binary_event(
        KafkaMessage(headers, message.key.encode(), message.payload), JSONFormat()
    )
    assert read.get_id() == str(sent.id)
    assert read.get_type() == event.type
    assert read.get_source() == f"/{event.service}"
    assert read.get_time() == sent.occurred_at
    assert read.get_data() == json.loads(message.payload)


@each_event
def test_a_ring_without_the_key_opens_nothing(event: type[Event]) -> None:
    """Subscribing is not enough to read: the class key decides."""
    digest_only = KeyRing([key for key in KEYS if key["data_class"] == "digest"])
    message = encode(example(event), RING)
    if sealed_classes(event):
        with pytest.raises(CannotOpen):
            decode(event, message.headers, message.payload, digest_only)
    else:
        assert decode(event, message.headers, message.payload, digest_only)


def test_the_identity_key_opens_no_care() -> None:
    """The firewall: a service with the identity key alone cannot read what is care."""

    class NoteTaken(Event):
        """Sent when this test runs."""

        service = "casework"
        name: Identity[str]
        note: Care[str]

    at = example(ALL[0]).occurred_at
    sent = NoteTaken(site="s", subject="p", occurred_at=at, name="N", note="C")
    message = encode(sent, RING)
    identity = KeyRing([k for k in KEYS if k["data_class"] != "care"])
    with pytest.raises(CannotOpen):
        decode(NoteTaken, message.headers, message.payload, identity)
    sealed = json.loads(message.payload)["sealed"]
    assert json.loads(identity.open(str(sent.id), sealed["identity"])) == {"name": "N"}
    # Nor does it help to name the care value identity.
    swapped = json.dumps({"sealed": {"identity": sealed["care"], "care": sealed["identity"]}})
    with pytest.raises(CannotOpen):
        decode(NoteTaken, message.headers, swapped.encode(), RING)


def test_a_damaged_event_says_what_is_missing_and_no_more() -> None:
    """The reason ends up in a dead letter: it names fields, never values."""
    message = encode(example(ALL[0]), RING)
    data = json.loads(message.payload)
    data.update(referral_id=f"{CANARY}-1", received_at=None)
    with pytest.raises(Undecodable) as caught:
        decode(ALL[0], message.headers, json.dumps(data).encode(), RING)
    assert str(caught.value).startswith("referral_id: uuid_parsing; received_at: ")
    assert CANARY not in str(caught.value)


def test_the_catalogue_page_names_every_event_and_topic() -> None:
    """docs/events.md is complete."""
    page = (ROOT / CATALOGUE).read_text()
    for event in ALL:
        assert f"## {event.__name__}\n" in page
        assert f"`{event.type}` on `{event.topic}`" in page


def test_parts_ignore_what_a_newer_publisher_adds() -> None:
    """Every nested part reads on when a member is new to it."""
    for part in EventPart.__subclasses__():
        assert part.model_config.get("extra") == "ignore", part.__name__


def test_every_data_class_is_open_or_sealed() -> None:
    """A class added to the enumeration must be decided on here."""
    assert set(SEALED) | {DataClass.PUBLIC, DataClass.PROGRAM} == set(DataClass)
