"""NUL characters, which PostgreSQL takes in no text: refused once, before a route reads input."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from pydantic_core import from_json

from shared.errors import FieldError, Invalid
from shared.problems import pointer_to

_HINT = "Leave out NUL characters (U+0000)."
# As JSON writes it: behind an even number of backslashes, or it is a backslash and "u0000".
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_URLENCODED = b"%00"


def refuse_in_address(request: Request) -> None:
    """Raises Invalid for a NUL character in the path or the query."""
    query: bytes = request.scope.get("query_string", b"")
    if "\x00" in request.scope["path"] or _URLENCODED in query or b"\x00" in query:
        raise _refused([()])


async def refuse_in_body(request: Request) -> None:
    """Raises Invalid for a NUL character in a JSON body or a form, saying where."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        if _URLENCODED in body or b"\x00" in body:
            raise _refused([()])
    elif _ESCAPED.search(body):
        try:
            found = from_json(body)
        except ValueError:
            # Not JSON: whoever reads it says so.
            return
        raise _refused(list(_places(found, ())) or [()])


def _places(value: Any, path: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    if isinstance(value, str):
        if "\x00" in value:
            yield path
        return
    members: Iterator[tuple[int | str, Any]] = iter(())
    if isinstance(value, dict):
        members = iter(value.items())
    elif isinstance(value, list):
        members = iter(enumerate(value))
    for name, inner in members:
        if isinstance(name, str) and "\x00" in name:
            yield (*path, name)
        yield from _places(inner, (*path, name))


def _refused(places: list[tuple[int | str, ...]]) -> Invalid:
    return Invalid(errors=tuple(FieldError(pointer_to(p), "nul_character", _HINT) for p in places))
