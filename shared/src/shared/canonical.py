"""One text for one content: a report that is sent again is recognized however it is written."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

# The first byte of a digest that is made over this form; the next form gets the next number.
# Digests of releases before it are as long as the hash itself, and have no such byte.
VERSION = b"\x02"
_NOTHING: tuple[Any, ...] = (None, "", (), [], {})


def canonical(content: BaseModel, *, without: frozenset[str] | set[str] = frozenset()) -> str:
    """What was said: members by name, moments in UTC, nothing that is empty or left at a default.

    Texts have their normal form already (`shared/text.py`). `without` names members of the top.
    """
    said = content.model_dump(exclude=set(without), exclude_defaults=True)
    return to_json(_plain(said)).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        members = ((name, _plain(value[name])) for name in sorted(value))
        return {name: inner for name, inner in members if inner not in _NOTHING}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
