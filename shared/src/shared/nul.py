"""NUL characters, which PostgreSQL takes in no text: refused once, before a route reads input."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from fastapi import Request

from shared.errors import MAX_ERRORS, FieldError, Invalid
from shared.json_bodies import Path, walk
from shared.problems import pointer_to

_HINT = "Leave out NUL characters (U+0000)."
# As JSON writes it: behind an even number of backslashes, or it is a backslash and "u0000".
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_URLENCODED = b"%00"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def refuse_in_address(request: Request) -> None:
    """Raises Invalid for a NUL character in the path or the query."""
    query: bytes = request.scope.get("query_string", b"")
    if "\x00" in request.scope["path"] or _URLENCODED in query or b"\x00" in query:
        raise _refused([()])


def refuse_in_form(request: Request, body: bytes) -> None:
    """Raises Invalid for a NUL character in a form's body."""
    media_type = request.headers.get("content-type", "")
    escaped = media_type.startswith("application/x-www-form-urlencoded") and _URLENCODED in body
    if escaped or (media_type.startswith(_FORMS) and b"\x00" in body):
        raise _refused([()])


def refuse_in_value(body: bytes, value: Any) -> None:
    """Raises Invalid for a NUL character in the parsed value of a JSON body, saying where."""
    if _ESCAPED.search(body):
        raise _refused(islice(_places(value), MAX_ERRORS))


def _places(value: Any) -> Iterable[Path]:
    for path, inner in walk(value):
        if path and isinstance(path[-1], str) and "\x00" in path[-1]:
            yield path
        if isinstance(inner, str) and "\x00" in inner:
            yield path


def _refused(places: Iterable[Path]) -> Invalid:
    return Invalid(errors=(FieldError(pointer_to(p), "nul_character", _HINT) for p in places))
