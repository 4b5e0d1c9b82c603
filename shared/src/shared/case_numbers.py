"""Case, incident, booking and warrant numbers: one normal form, one answer to "is it the same?".

Every system writes a number its own way: `26-1-01234-5 SEA`, `26-1-1234-5`, `261012345`. A number
is read as parts of digits and parts of letters. What never matters: case of letters, kind of dash,
spaces and other punctuation, the script of digits, invisible characters, leading zeros of a part,
a label in front (`Cause No.`), and three or more letters at the end, which name a place or a judge
(`SEA`, `KNT`). Two letters at the end can be a type of case (`FH`, `SM`): they matter only where
both spellings have them.

Dashes that were left out are the one ambiguity. `261012345` is `26-1-01234-5` and could be
`26-10-1234-5` as well, so "the same" is not transitive and `is_same` answers for two spellings. Two
numbers written with the same dashes are the same only when every part is. Whoever finds more than
one candidate takes the one with the equal `normal` form, or none (`the_same`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

_LABEL = re.compile(
    r"^\W*(?:(?:case|cause|docket|incident|booking|warrant)\b[\s.:#]*)?"
    r"(?:(?:no|nr|num|number)\b(?:[.:#]|\s)+)?"
)
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_PLACE, _TYPE = 3, 2
# Longer texts are no case numbers; the doors take up to 128 characters.
_LONGEST = 256

Parts = tuple[str, ...]
T = TypeVar("T")


def normal(number: str | None) -> str:
    """The normal form, such as `26-1-1234-5`; empty for a text without a digit other than zero.

    `normal(normal(number)) == normal(number)`, and `is_same` answers alike for both.
    """
    return "-".join(_parts(number or ""))


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two spellings are one number. False when either says nothing (`N/A`, `0`, None)."""
    parts, others = _parts(one or ""), _parts(other or "")
    if not parts or not others:
        return False
    (body, kind), (other_body, other_kind) = _split(parts), _split(others)
    if kind and other_kind and kind != other_kind:
        return False
    return body == other_body or _reads_as(body, other_body) or _reads_as(other_body, body)


def index_key(number: str | None) -> str:
    """Equal for all spellings of one number, for an index; different numbers can share it.

    Find candidates by it and ask `is_same` about each. Empty for a number that says nothing.
    """
    parts = _parts(number or "")
    return "".join(_split(parts)[0]).replace("0", "") if parts else ""


def any_same(ones: Iterable[str], others: Iterable[str]) -> bool:
    """Whether some number of the one collection is the same as some number of the other."""
    others = tuple(others)
    return any(is_same(one, other) for one in ones for other in others)


def the_same(
    number: str | None, candidates: Iterable[T], number_of: Callable[[T], str | None]
) -> T | None:
    """The candidate with this number: by the equal normal form, else the only one that can be it.

    None when nothing fits, and when several different numbers fit and none is equal.
    """
    fitting = [item for item in candidates if is_same(number, number_of(item))]
    equal = [item for item in fitting if normal(number_of(item)) == normal(number)]
    different = {normal(number_of(item)) for item in fitting}
    if equal:
        return equal[0]
    return fitting[0] if len(different) == 1 else None


def finer(one: str | None, other: str | None) -> str | None:
    """Of two spellings of a number the one with more parts, which says more; else the later one."""
    if one and is_same(one, other) and len(_parts(one)) > len(_parts(other or "")):
        return one
    return other or one


@lru_cache(maxsize=4096)
def _parts(number: str) -> Parts:
    """Parts in order, digits without leading zeros, letters in lower case; without the place."""
    parts = [_part(found) for found in _PARTS.findall(_clean(number))]
    if not any(part.isdigit() and part != "0" for part in parts):
        return ()
    while parts[-1].isalpha() and len(parts[-1]) >= _PLACE:
        parts.pop()
    return tuple(parts)


def _clean(number: str) -> str:
    """One case, one script of digits, nothing invisible, no label."""
    text = unicodedata.normalize("NFKC", number[:_LONGEST]).casefold()
    seen = (c for c in text if unicodedata.category(c) not in ("Cf", "Mn", "Cc") or c.isspace())
    digits = "".join(_ascii_digit(c) for c in seen)
    return _LABEL.sub("", digits)


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _part(text: str) -> str:
    return (text.lstrip("0") or "0") if text.isdigit() else text


def _split(parts: Parts) -> tuple[Parts, str]:
    """The number itself, and the two letters at its end that can be its type."""
    if parts[-1].isalpha() and len(parts[-1]) == _TYPE:
        return parts[:-1], parts[-1]
    return parts, ""


def _reads_as(coarse: Parts, fine: Parts) -> bool:
    """Whether the coarser spelling is the finer one with dashes left out, zeros in any number."""
    if len(coarse) >= len(fine):
        return False
    pattern = "-?".join(f"0*{part}" if part.isdigit() else part for part in fine)
    return re.fullmatch(pattern, "-".join(coarse)) is not None
