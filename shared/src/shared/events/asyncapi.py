"""The AsyncAPI 3 document of the whole system, from the event catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.events import ALL, TOPICS
from shared.events.base import Event
from shared.events.schemas import key_template, wire_schema
from shared.events.wire import CONTENT_TYPE

Listeners = Mapping[str, Sequence[type[Event]]]
Part = dict[str, Any]

_TEXT = {"type": "string"}
HEADERS: Part = {
    "type": "object",
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "Unique; inboxes know it."},
        "ce_source": {**_TEXT, "description": "`/` and the publishing service."},
        "ce_type": _TEXT,
        "ce_subject": {**_TEXT, "description": "The participant key; of a report, its receipt."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "ce_partitionkey": {**_TEXT, "description": "The same as the record's key."},
        "ce_site": {**_TEXT, "description": "The program's site."},
        "ce_dataclassification": {
            "type": "string",
            "enum": ["public", "program", "identity", "care"],
            "description": "The strictest data class among the fields.",
        },
        "ce_correlationid": {**_TEXT, "description": "The same along a chain of events."},
        "ce_causationid": {**_TEXT, "description": "The event or timer that led to this one."},
        "ce_traceparent": {**_TEXT, "description": "W3C trace context."},
        "content-type": {"type": "string", "const": CONTENT_TYPE},
    },
    "required": [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_time",
        "ce_partitionkey",
        "ce_site",
        "ce_dataclassification",
        "ce_correlationid",
        "content-type",
    ],
}


def document(listeners: Listeners) -> Part:
    """Channels are topics, messages are events; `listeners` says which service handles which."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Throughline events",
            "version": "1",
            "description": "CloudEvents 1.0 in Kafka's binary mode; delivered at least once, in"
            " order per key. Identity and care fields are sealed.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic) for topic in TOPICS},
        "operations": _operations(listeners),
        "components": {
            "messages": {event.type: _message(event) for event in ALL},
            "schemas": {"cloudevents-headers": HEADERS},
            "correlationIds": {"chain": {"location": "$message.header#/ce_correlationid"}},
        },
    }


def _on(topic: str) -> list[type[Event]]:
    return [event for event in ALL if event.topic == topic]


def _channel(topic: str) -> Part:
    keys = sorted({key_template(event) for event in _on(topic)})
    return {
        "address": topic,
        "title": topic,
        "description": f"Key: `{'`, `'.join(keys)}`. Headers: CloudEvents attributes, `ce_*`.",
        "messages": {
            event.type: {"$ref": f"#/components/messages/{event.type}"} for event in _on(topic)
        },
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }


def _message(event: type[Event]) -> Part:
    schema = wire_schema(event)
    payload = {name: value for name, value in schema.items() if not name.startswith(("$", "x-"))}
    summary, *rest = schema["description"].split("\n", 1)
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": summary,
        **({"description": rest[0].strip()} if rest else {}),
        "contentType": CONTENT_TYPE,
        "correlationId": {"$ref": "#/components/correlationIds/chain"},
        "headers": {"$ref": "#/components/schemas/cloudevents-headers"},
        "payload": payload,
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": schema["x-key"]},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operations(listeners: Listeners) -> Part:
    operations = {}
    for topic in TOPICS:
        publisher = _on(topic)[0].service
        name = f"{publisher}.publishes.{topic}"
        operations[name] = _operation("send", publisher, topic, _on(topic))
    for service, events in sorted(listeners.items()):
        for topic in sorted({event.topic for event in events}):
            name = f"{service}.listens.{topic}"
            heard = [event for event in _on(topic) if event in events]
            operations[name] = _operation("receive", service, topic, heard)
    return operations


def _operation(action: str, service: str, topic: str, events: Sequence[type[Event]]) -> Part:
    channel = f"#/channels/{topic}"
    verb = "publishes to" if action == "send" else "listens to"
    return {
        "action": action,
        "title": f"{service} {verb} {topic}",
        "tags": [{"name": service}],
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.type}"} for event in events],
    }
