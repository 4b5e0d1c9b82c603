"""What may change in a published event schema: optional fields may be added, and nothing else.

Topics keep old events and consumers are updated one by one, so today's reader must read what was
sent before, and yesterday's reader what is sent now.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

# Words for people; they bind no reader.
DESCRIPTIVE = {"title", "description", "default", "examples", "$id", "$schema"}
STRUCTURE = {"properties", "required", "items", "anyOf", "enum", "x-sealed-content"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """Every way in which `new` breaks a reader or an event of `old`; empty when compatible."""
    return list(_compare(old, new, ""))


def _compare(old: Schema, new: Schema, where: str) -> Iterator[str]:
    yield from _keywords(old, new, where)
    if set(old.get("enum", ())) != set(new.get("enum", ())):
        yield from _enumeration(old, new, where)
    if "anyOf" in old or "anyOf" in new:
        yield from _options(old, new, where)
    for member in ("items", "x-sealed-content"):
        if member in old and member in new:
            yield from _compare(old[member], new[member], where)
        elif member in old or member in new:
            yield f"{where or '/'}: {member} changed"
    yield from _fields(old, new, where)


def _keywords(old: Schema, new: Schema, where: str) -> Iterator[str]:
    """Type, format, data class, topic, limits: whatever is not structure must stay the same."""
    for keyword in sorted((old.keys() | new.keys()) - DESCRIPTIVE - STRUCTURE):
        if old.get(keyword) != new.get(keyword):
            yield f"{where or '/'}: {keyword} changed"


def _enumeration(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, after = set(old.get("enum", ())), set(new.get("enum", ()))
    for value in sorted(before - after):
        yield f"{where}: enum no longer has {value}"
    for value in sorted(after - before):
        # Readers hold a closed list: this value would be a dead letter for them.
        yield f"{where}: enum has the new value {value}"


def _options(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, after = _by_kind(old), _by_kind(new)
    if before.keys() != after.keys():
        yield f"{where or '/'}: type changed"
    for kind in before.keys() & after.keys():
        yield from _compare(before[kind], after[kind], where)


def _by_kind(schema: Schema) -> dict[str, Schema]:
    """The alternatives of a union; renaming the class behind one binds no reader."""
    options = schema.get("anyOf", [schema])
    return {f"{option.get('type')}/{option.get('format')}": option for option in options}


def _fields(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{where}/{name}: removed or renamed"
        else:
            yield from _compare(before[name], after[name], f"{where}/{name}")
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{where}/{name}: newly required"
    for name in sorted(set(old.get("required", ())) - set(new.get("required", ()))):
        if name in after:
            yield f"{where}/{name}: no longer always there"
