"""Whole numbers from text: `34`, `034`, `34.0`; with thousands separators where a mapping says so.

Nothing is rounded or guessed: a fraction, a sign, an exponent or a unit is no whole number.
"""

import re
from typing import Annotated

from pydantic import Field

from lead.mapping.context import Clock
from lead.mapping.errors import Unmappable
from lead.mapping.rule import Rule

# Longer ones are not numbers that anything here counts, and a spreadsheet has rounded them.
MOST_DIGITS = 15
_WHOLE = re.compile(r"([0-9]+)(?:\.0*)?", re.ASCII)
_EXPONENT = re.compile(r"[0-9.]+[eE][+-]?[0-9]+", re.ASCII)


def whole_number(text: str, column: str, thousands: str | None = None) -> int:
    """The number that a cell holds. Raises Unmappable with the reason."""
    plain = _ungrouped(text, column, thousands) if thousands else text
    if _EXPONENT.fullmatch(plain):
        hint = "A spreadsheet wrote this number with an exponent; its last digits are lost."
        raise Unmappable(column, "number_with_exponent", hint)
    found = _WHOLE.fullmatch(plain)
    if found is None:
        raise Unmappable(column, "not_a_whole_number", "Only digits make a whole number here.")
    digits = found[1].lstrip("0") or "0"
    if len(digits) > MOST_DIGITS:
        raise Unmappable(column, "number_too_long", f"At most {MOST_DIGITS} digits are a number.")
    return int(digits)


def _ungrouped(text: str, column: str, thousands: str) -> str:
    """Without its separators, each of which stands before exactly three digits."""
    if thousands not in text:
        return text
    mark = re.escape(thousands)
    if not re.fullmatch(rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:\.0*)?", text, re.ASCII):
        hint = "The separators do not stand before every three digits."
        raise Unmappable(column, "not_a_whole_number", hint)
    return text.replace(thousands, "")


class Number(Rule):
    """A whole number. Into a field of text it goes as its digits: `20240001.0` as `20240001`."""

    number: str
    thousands: Annotated[str, Field(min_length=1, max_length=1, pattern=r"[^0-9]")] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.number,)

    def read(self, texts: tuple[str, ...], clock: Clock, target: str) -> int:
        return whole_number(texts[0], self.number, self.thousands)
