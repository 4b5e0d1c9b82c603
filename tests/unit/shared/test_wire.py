"""The wire format: CloudEvents in Kafka's binary mode, as others read it."""

from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.context import working_on
from shared.events import ContactReported, ContactType, Event, PersonPart
from shared.events.wire import Undecodable, decode, encode
from shared.ids import new_id
from shared.sealing import CannotOpen, KeyRing, Public, generate_key_ring

RING = KeyRing(generate_key_ring(("identity", "care"))["keys"])


def contact() -> ContactReported:
    receipt = new_id()
    return ContactReported(
        site="king-county", subject=str(receipt), occurred_at=datetime(2026, 2, 3, tzinfo=UTC),
        receipt=receipt, source_system="rms", source_record_id="r-1", record_version=1,
        received_at=datetime(2026, 2, 3, 1, tzinfo=UTC), contact_type=ContactType.BOOKING,
        person=PersonPart(given="Canary", surname="Name"),
    )  # fmt: skip


def test_the_cloudevents_sdk_reads_it() -> None:
    """Attributes, extensions and data arrive through the SDK's Kafka binding."""
    event = contact()
    with working_on("correlation-1", "causation-1"):
        message = encode(event, RING)
    headers = {name: value.encode() for name, value in message.headers.items()}
    kafka = KafkaMessage(headers=headers, key=message.key.encode(), value=message.payload)
    read = from_binary(kafka, JSONFormat(), CloudEvent)
    assert read.get_id() == str(event.id)
    assert read.get_type() == "lead.referral.contact-reported.v1"
    assert read.get_source() == "/referral"
    assert read.get_subject() == event.subject
    assert read.get_time() == event.occurred_at
    assert read.get_extension("partitionkey") == "rms:r-1"
    assert read.get_extension("correlationid") == "correlation-1"
    assert read.get_extension("causationid") == "causation-1"
    assert read.get_extension("dataclassification") == "identity"
    data = read.get_data()
    assert isinstance(data, dict)
    assert data["contact_type"] == "booking"
    assert "person" not in data


def test_it_comes_back_as_it_was() -> None:
    """Every field, the sealed ones too."""
    event = contact()
    message = encode(event, RING)
    assert decode(ContactReported, message.headers, message.payload, RING) == event


def test_a_sealed_name_is_nowhere_readable() -> None:
    """Not in the headers, the key, or the data."""
    message = encode(contact(), RING)
    assert "Canary" not in repr(message)


def test_a_sealed_part_cannot_be_moved_to_another_event() -> None:
    """Its record is the event's id."""
    message, other = encode(contact(), RING), encode(contact(), RING)
    with pytest.raises(CannotOpen):
        decode(ContactReported, other.headers, message.payload, RING)


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"[]", b"7", b'"x"', b"\xff", b"{", b'{"sealed": 1}', b'{"sealed": {}}',
     b'{"sealed": {"identity": 7}}', b'{"sealed": {"identity": ["x"]}}'],
)  # fmt: skip
def test_unreadable_data_is_told_from_a_failing_handler(payload: bytes) -> None:
    """Whatever the bytes are, the consumer learns that it is the message's fault."""
    headers = encode(contact(), RING).headers
    with pytest.raises((Undecodable, CannotOpen)):
        decode(ContactReported, headers, payload, RING)


def test_the_reason_names_fields_and_no_values() -> None:
    """It is stored and logged."""

    class Small(Event):
        """Sent when a test runs."""

        service = "toy"
        number: Public[int]

    headers = encode(contact(), RING).headers
    with pytest.raises(Undecodable) as raised:
        decode(Small, headers, b'{"number": "Canary", "sealed": {}}', RING)
    assert "Canary" not in str(raised.value)
