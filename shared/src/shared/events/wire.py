"""Events on the wire: CloudEvents 1.0 in Kafka's binary mode, sealed fields encrypted.

Attributes are `ce_*` headers, the value is the JSON data. Fields of a sealed class leave the data
and return as one compact JWE per class under the reserved member `sealed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from shared.context import current
from shared.events.base import Event, sealed_classes
from shared.sealing import DataClass, KeyRing

CONTENT_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event ready for the outbox: headers as text, payload as JSON bytes."""

    id: str
    topic: str
    key: str
    type: str
    headers: dict[str, str]
    payload: bytes


class Undecodable(Exception):
    """These headers and bytes are not an event that this service can read."""


def encode(event: Event, ring: KeyRing) -> Encoded:
    """Seal and serialize. Trace, correlation and causation come from the current context."""
    event_id = str(event.id)
    sealed = {
        data_class: ring.seal(data_class, event_id, _json_of(event, names))
        for data_class, names in event.sealed_fields.items()
    }
    members = [_json_of(event, event.open_fields)[1:-1]] if event.open_fields else []
    if sealed:
        members.append(b'"sealed":' + to_json(sealed))
    payload = b"{" + b",".join(members) + b"}"
    return Encoded(event_id, event.topic, event.key, event.type, _headers(event), payload)


def _json_of(event: Event, names: set[str]) -> bytes:
    return event.model_dump_json(include=names).encode()


def _headers(event: Event) -> dict[str, str]:
    context = current()
    event_id = str(event.id)
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_source": f"/{event.service}",
        "ce_type": event.type,
        "ce_subject": event.subject,
        "ce_time": event.occurred_at.isoformat(),
        "ce_partitionkey": event.key,
        "ce_site": event.site,
        "ce_dataclassification": event.classification,
        "ce_correlationid": context.correlation_id or event_id,
        "content-type": CONTENT_TYPE,
    }
    if context.causation_id:
        headers["ce_causationid"] = context.causation_id
    if traceparent := context.traceparent():
        headers["ce_traceparent"] = traceparent
    return headers


def decode(
    event_type: type[Event], headers: Mapping[str, str], payload: bytes, ring: KeyRing
) -> Event:
    """Open and validate. Raises Undecodable (the text names fields, never values) or CannotOpen."""
    try:
        data: dict[str, Any] = from_json(payload)
        sealed = data.pop("sealed", {})
        for data_class in sealed_classes(event_type):
            opened = ring.open(headers["ce_id"], sealed[data_class], DataClass(data_class))
            data.update(from_json(opened))
        data["id"], data["site"] = headers["ce_id"], headers["ce_site"]
        data["subject"], data["occurred_at"] = headers["ce_subject"], headers["ce_time"]
        return event_type.model_validate(data)
    except KeyError as error:
        raise Undecodable(f"missing {error.args[0]}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise Undecodable(_reason(error)) from None


def _reason(error: Exception) -> str:
    """Which fields are wrong and how, without their values."""
    faults = getattr(error, "errors", None)
    if not callable(faults):
        return "the data is not a JSON object"
    return "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['type']}" for e in faults())
