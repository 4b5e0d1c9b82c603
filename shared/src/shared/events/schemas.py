"""JSON Schemas of events as they travel: sealed fields appear only inside `sealed`."""

import inspect
from typing import Any

from shared.events.base import ATTRIBUTES, Event
from shared.sealing import SEALED, DataClass

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMPACT_JWE = r"^[\w-]+(\.[\w-]+){4}$"


def wire_schema(event: type[Event]) -> Schema:
    """The value of a record of this event. `required` is what a reader cannot do without."""
    fields, required = _fields(event)
    plain = {name: field for name, field in fields.items() if event.classes[name] not in SEALED}
    sealed = _sealed(event, fields, required)
    return {
        "$schema": DIALECT,
        "$id": f"urn:{event.type.replace('.', ':')}",
        "title": event.__name__,
        "description": inspect.cleandoc(event.__doc__ or ""),
        "type": "object",
        "properties": plain | ({"sealed": sealed} if sealed else {}),
        "required": [n for n in required if n in plain] + (["sealed"] if sealed else []),
        "x-topic": event.topic,
        "x-key": key_template(event),
    }


def key_template(event: type[Event]) -> str:
    """The record's key with field names in place of values, as in `<site>:<subject>`."""
    names = {name: f"<{name}>" for name in event.model_fields}
    return event.model_construct(**names).key  # type: ignore[arg-type]


def _fields(event: type[Event]) -> tuple[dict[str, Schema], list[str]]:
    """Every field outside the CloudEvents attributes with its data class, and the required ones."""
    schema = event.model_json_schema()
    definitions = schema.get("$defs", {})
    fields = {
        name: {**_inline(field, definitions), "x-data-class": str(event.classes[name])}
        for name, field in schema["properties"].items()
        if name not in ATTRIBUTES
    }
    return fields, [name for name in schema["required"] if name in fields]


def _sealed(event: type[Event], fields: dict[str, Schema], required: list[str]) -> Schema | None:
    """The reserved member: one compact JWE per sealed class that the event has."""
    values = {
        str(data_class): _envelope(
            data_class,
            {n: f for n, f in fields.items() if event.classes[n] is data_class},
            required,
        )
        for data_class in SEALED
        if data_class in event.classes.values()
    }
    if not values:
        return None
    return {
        "type": "object",
        "description": "Encrypted fields: one compact JWE (RFC 7516) per data class.",
        "properties": values,
        "required": list(values),
    }


def _envelope(data_class: DataClass, fields: dict[str, Schema], required: list[str]) -> Schema:
    return {
        "type": "string",
        "pattern": COMPACT_JWE,
        "contentMediaType": "application/jose",
        "description": f"Opens with the {data_class} key, and only as part of this event.",
        "x-data-class": str(data_class),
        "x-sealed-content": {
            "type": "object",
            "properties": fields,
            "required": [name for name in required if name in fields],
        },
    }


def _inline(node: Any, definitions: dict[str, Schema]) -> Any:
    """Each use of a shared part is spelled out, so that a schema is one piece in any document."""
    if isinstance(node, list):
        return [_inline(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if reference := node.get("$ref"):
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return _inline(definitions[reference.rsplit("/", 1)[1]], definitions) | rest
    spelled = {key: _inline(value, definitions) for key, value in node.items()}
    if isinstance(spelled.get("title"), str) and spelled.get("type") != "object":
        del spelled["title"]  # Pydantic's, made from the field's own name
    return spelled
