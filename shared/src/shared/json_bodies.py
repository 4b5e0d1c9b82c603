"""Parsing JSON that came in: strict, and of a bounded size in values as well as in bytes.

RFC 8259 leaves open what a member means that is given twice, and parsers differ: what one checked
another may overwrite. So it is refused here, for every body, batch line and webhook.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from shared.errors import FieldError, Invalid, Malformed
from shared.problems import pointer_to

NOT_JSON = "The body is not valid JSON."
# Every value costs time to check and to name in an error, whether or not it is accepted.
MAX_VALUES = 20_000

Path = tuple[int | str, ...]


class MemberGivenTwice(Malformed):
    """A member of a JSON object is given more than once; `errors` says where."""


class _Repeating(dict[str, Any]):
    """An object that was sent with one of its members twice."""

    twice = ""


def parse(body: bytes, *, most_values: int = MAX_VALUES) -> Any:
    """The value of a JSON text.

    Raises Malformed, MemberGivenTwice, or Invalid for more than `most_values` values.
    """
    refuse_too_many(body, most_values)
    repeating: list[_Repeating] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        repeating.append(_repeating(pairs))
        return repeating[-1]

    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Malformed(NOT_JSON) from None
    if repeating:
        hint = "Give each member of an object once."
        places = ((*p, v.twice) for p, v in walk(value) if isinstance(v, _Repeating))
        errors = (FieldError(pointer_to(place), "given_twice", hint) for place in places)
        raise MemberGivenTwice(errors=errors)
    return value


def refuse_too_many(body: bytes, most: int = MAX_VALUES) -> None:
    """Raises Invalid for a text that may hold more than `most` values, without parsing it."""
    if len(body) > most and body.count(b",") + body.count(b"{") + body.count(b"[") > most:
        hint = f"Send at most {most} values in one body."
        raise Invalid(errors=(FieldError("", "too_many_values", hint),))


def walk(value: Any) -> Iterator[tuple[Path, Any]]:
    """Every value inside a parsed text with its path, parents first, in the order of the text."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        path, inner = waiting.pop()
        yield path, inner
        if isinstance(inner, dict):
            waiting.extend(((*path, name), each) for name, each in reversed(inner.items()))
        elif isinstance(inner, list):
            waiting.extend(((*path, n), inner[n]) for n in range(len(inner) - 1, -1, -1))


def _repeating(pairs: list[tuple[str, Any]]) -> _Repeating:
    found, seen = _Repeating(pairs), set[str]()
    for name, _ in pairs:
        if name in seen:
            found.twice = name
            break
        seen.add(name)
    return found


def _refuse_constant(_: str) -> NoReturn:
    # NaN and the infinities are not JSON, though Python writes them.
    raise ValueError
