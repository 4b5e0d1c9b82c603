"""What is published about the events: golden schemas, the AsyncAPI document, the catalogue page.

`python -m shared.events.export`, in the workspace's root, writes all of them.
"""

import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.events import ALL, TOPICS, dead_letter_topic
from shared.events.asyncapi import Listeners, document
from shared.events.base import Event
from shared.events.schemas import key_template, wire_schema

SCHEMAS = Path("tests/contract/schemas")
ASYNCAPI = Path("docs/asyncapi.json")
CATALOGUE = Path("docs/events.md")

_PREFACE = """\
# Events

Generated from `shared/src/shared/events` by `make schemas`; do not edit.

CloudEvents 1.0 in Kafka's binary mode: attributes in `ce_*` headers, JSON data; delivered at least
once, in order per key. Fields of the classes *identity* and *care* are sealed: they travel only
inside the member `sealed`, one compact JWE per class. Within a version only optional fields are
added; ignore members that you do not know.
"""


def services(root: Path) -> dict[str, str]:
    """Each service of the workspace by its folder, with its package: none is named in here."""
    return {
        package.parents[1].name: package.name
        for package in sorted(root.glob("services/*/src/*"))
        if (package / "__init__.py").exists()
    }


def listeners(root: Path) -> dict[str, tuple[type[Event], ...]]:
    """What each service subscribes to, read from its `consumers.py` where it has one."""
    return {
        service: tuple(importlib.import_module(f"{package}.consumers").SUBSCRIPTIONS)
        for service, package in services(root).items()
        if (root / "services" / service / "src" / package / "consumers.py").exists()
    }


def documents(root: Path) -> dict[Path, str]:
    """Every generated file with its text."""
    heard = listeners(root)
    files = {SCHEMAS / f"{event.type}.json": _json(wire_schema(event)) for event in ALL}
    files[ASYNCAPI] = _json(document(heard))
    files[CATALOGUE] = "\n".join(_catalogue(heard, services(root)))
    return files


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _catalogue(heard: Listeners, names: dict[str, str]) -> Iterator[str]:
    yield _PREFACE
    yield "## Topics\n"
    yield "| Topic | Key | Events |"
    yield "|---|---|---|"
    for topic in TOPICS:
        events = [event for event in ALL if event.topic == topic]
        keys = " ".join(sorted({f"`{key_template(event)}`" for event in events}))
        yield f"| `{topic}` | {keys} | {', '.join(event.__name__ for event in events)} |"
    for name in names:
        yield f"| `{dead_letter_topic(name)}` | as received | what {name} could not handle |"
    for event in ALL:
        yield from _entry(event, heard)


def _entry(event: type[Event], heard: Listeners) -> Iterator[str]:
    to = [service for service, events in sorted(heard.items()) if event in events]
    yield f"\n## {event.__name__}\n"
    yield inspect.cleandoc(event.__doc__ or "")
    yield f"\n- Type: `{event.type}` on `{event.topic}`, key `{key_template(event)}`"
    yield f"- Published by {event.service}; listened to by {', '.join(to) or 'nobody yet'}\n"
    yield "| Field | Type | Class | |"
    yield "|---|---|---|---|"
    for row in _rows(wire_schema(event)):
        yield f"| {row} |"


def _rows(schema: dict[str, Any], note: str = "") -> Iterator[str]:
    for name, field in schema["properties"].items():
        if name == "sealed":
            for envelope in field["properties"].values():
                yield from _rows(envelope["x-sealed-content"], "sealed")
            continue
        optional = "" if name in schema["required"] else "optional"
        remark = ", ".join(filter(None, (note, optional)))
        yield f"`{name}` | {_kind(field)} | {field['x-data-class']} | {remark}"


def _kind(schema: dict[str, Any]) -> str:
    """A field's type in a few words, as in `list of ChargePart` or `date-time`."""
    if options := schema.get("anyOf"):
        return " or ".join(_kind(option) for option in options)
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    if schema["type"] == "object":
        return f"{schema['title']} ({', '.join(schema['properties'])})"
    return str(schema.get("format", schema["type"]))


def write(root: Path) -> list[Path]:
    """Bring the generated files up to date; returns what changed. Stale schemas are removed."""
    texts = documents(root)
    changed = []
    for stale in sorted((root / SCHEMAS).glob("*.json")):
        if stale.relative_to(root) not in texts:
            stale.unlink()
            changed.append(stale.relative_to(root))
    for path, text in texts.items():
        target = root / path
        if not target.exists() or target.read_text() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            changed.append(path)
    return changed


if __name__ == "__main__":
    import sys

    sys.stdout.writelines(f"{path}\n" for path in write(Path.cwd()))
