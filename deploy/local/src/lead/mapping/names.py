"""A whole name in one column: `LAST, FIRST MIDDLE`, or `FIRST MIDDLE LAST`.

A comma always means that the surname came first. What a name leaves open is said by the mapping,
or the row is rejected; a word is never dropped.
"""

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from lead.mapping.context import Clock
from lead.mapping.errors import Unmappable
from lead.mapping.rule import Rule

Order = Literal["last_first", "first_last"]

_SUFFIXES = {"JR", "JNR", "SR", "SNR", "II", "III", "IV", "1ST", "2ND", "3RD", "4TH", "5TH", "ESQ"}
# Given names and initials, too: suffixes only behind a surname, or in a piece of their own.
_SOMETIMES_SUFFIXES = {"I", "V", "VI", "VII", "VIII", "JUNIOR", "SENIOR"}
# Words that begin a surname of several words, where the surname comes last.
_PARTICLES = {
    "AB", "AF", "AL", "AP", "BEN", "BIN", "BINT", "DA", "DAL", "DE", "DEGLI", "DEI", "DEL", "DELA",
    "DELLA", "DEN", "DER", "DES", "DI", "DOS", "DU", "EL", "FITZ", "IBN", "LA", "LAS", "LE", "LOS",
    "LO", "MAC", "MC", "O", "SAN", "SANTA", "ST", "ST.", "TEN", "TER", "VAN", "VANDE", "VANDER",
    "VON", "VOM", "ZU", "ZUM", "ZUR", "Y", "E",
}  # fmt: skip
_OTHER_COMMAS = re.compile("[\uff0c\u060c\u3001\ufe50\ufe51]")


@dataclass(slots=True)
class Name:
    """The parts of a name, each a list of words."""

    surname: list[str]
    given: list[str]
    middle: list[str]
    suffix: list[str]

    def parts(self) -> dict[str, str]:
        """By the fields of a person; parts that the name lacks are left out."""
        words = {
            "surname": self.surname, "given": self.given, "middle": self.middle,
            "suffix": self.suffix,
        }  # fmt: skip
        return {part: " ".join(found) for part, found in words.items() if found}


class NotUnderstood(ValueError):
    """The text does not say which word is which; `code` and the text say why."""

    def __init__(self, code: str, hint: str) -> None:
        self.code = code
        super().__init__(hint)


class WholeName(Rule):
    """Fills surname, given, middle and suffix from one column.

    `without_separator` says what a name of several words without a comma means when the order is
    `last_first`: by itself it is rejected, since nobody can tell which word is the surname.
    """

    name: str
    order: Order = "last_first"
    separator: str = Field(default=",", min_length=1, max_length=1)
    without_separator: Literal["reject", "surname", "last_first", "first_last"] = "reject"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.name,)

    def read(self, texts: tuple[str, ...], clock: Clock, target: str) -> dict[str, str]:
        try:
            return self.split(texts[0]).parts()
        except NotUnderstood as error:
            raise Unmappable(self.name, error.code, str(error)) from None

    def split(self, text: str) -> Name:
        """The parts of a name. Raises NotUnderstood."""
        if self.separator == ",":
            text = _OTHER_COMMAS.sub(",", text)
        pieces = [words for piece in text.split(self.separator) if (words := piece.split())]
        pieces, suffix = _take_suffix_pieces(pieces)
        if not pieces:
            raise NotUnderstood("name_not_understood", "There is no name in the cell.")
        found = self._without_comma(pieces[0]) if len(pieces) == 1 else _by_pieces(text, pieces)
        found.suffix += suffix
        return found

    def _without_comma(self, words: list[str]) -> Name:
        """One word is the surname; of several, the mapping says which."""
        way = "first_last" if self.order == "first_last" else self.without_separator
        if len(words) == 1 or way == "surname":
            return _surname_first(words, [])
        if way == "first_last":
            return _surname_last(words)
        if way == "last_first":
            end = _end_of_surname(words)
            return _surname_first(words[:end], words[end:])
        hint = "The name has no comma; `without_separator` in the mapping says which word is which."
        raise NotUnderstood("name_without_comma", hint)


def _by_pieces(text: str, pieces: list[list[str]]) -> Name:
    """Surname, given names, middle names. More pieces than that are several people or remarks."""
    if len(pieces) > 3:
        raise NotUnderstood("name_with_many_commas", "The cell has more than a name's commas.")
    found = _surname_first(pieces[0], pieces[1])
    if len(pieces) == 3:
        found.middle += pieces[2]
    return found


def _surname_first(surname: list[str], rest: list[str]) -> Name:
    surname, after_surname = _take_suffix(surname, behind_surname=True)
    rest, after_rest = _take_suffix(rest, behind_surname=False)
    return Name(surname, rest[:1], rest[1:], after_surname + after_rest)


def _surname_last(words: list[str]) -> Name:
    words, suffix = _take_suffix(words, behind_surname=True)
    start = len(words) - 1
    while start > 1 and words[start - 1].upper() in _PARTICLES:
        start -= 1
    return Name(words[start:], words[:start][:1], words[1:start], suffix)


def _end_of_surname(words: list[str]) -> int:
    """Where the given names begin in a name whose surname comes first, without a comma."""
    end = 1
    while end < len(words) - 1 and words[end - 1].upper() in _PARTICLES:
        end += 1
    return end


def _take_suffix(words: list[str], *, behind_surname: bool) -> tuple[list[str], list[str]]:
    """The words without a suffix at their end; a lone word is never a suffix."""
    if len(words) > 1 and _is_suffix(words[-1], behind_surname=behind_surname):
        return words[:-1], [_plain(words[-1])]
    return words, []


def _take_suffix_pieces(pieces: list[list[str]]) -> tuple[list[list[str]], list[str]]:
    """The pieces without those behind the first that are nothing but a suffix."""
    kept, suffixes = pieces[:1], list[str]()
    for piece in pieces[1:]:
        surely = len(pieces) > 2 and piece is pieces[-1]
        if len(piece) == 1 and _is_suffix(piece[0], behind_surname=surely):
            suffixes.append(_plain(piece[0]))
        else:
            kept.append(piece)
    return kept, suffixes


def _is_suffix(word: str, *, behind_surname: bool) -> bool:
    plain = _plain(word).upper()
    return plain in _SUFFIXES or (behind_surname and plain in _SOMETIMES_SUFFIXES)


def _plain(word: str) -> str:
    return word.rstrip(".")
