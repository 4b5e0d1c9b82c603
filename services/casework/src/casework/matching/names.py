"""Names as they are compared: case, accents, script, punctuation and suffixes tell nobody apart."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from nicknames import NickNamer

from shared import look_alikes
from shared.placeholders import is_no_name, is_nobody, without_unknown

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "\u0131": "i",
        "ħ": "h",
    }
)
# Cyrillic as passports write it (ICAO 9303, part 3, section 6); the letters with an accent of their
# own are decomposed first. A name that was romanized otherwise is told as a transliteration.
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфыэіјђћ", "abvgdeziklmnoprstufyeijdc", strict=True))
    | {
        "ж": "zh", "\u0445": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ь": "",
        "ю": "iu", "я": "ia", "є": "ie", "ґ": "g", "\u0455": "dz", "љ": "lj", "њ": "nj", "џ": "dz",
    }
)  # fmt: skip
_SUFFIXES = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr",
    "ii": "ii", "2nd": "ii", "iii": "iii", "3rd": "iii", "iv": "iv", "4th": "iv",
}  # fmt: skip
_SOUNDS = {
    **dict.fromkeys("bfpv", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"),
    "l": "4", **dict.fromkeys("mn", "5"), "r": "6",
}  # fmt: skip
# The middle dot of Catalan; n with an apostrophe before it is one letter that only now falls apart.
_JOINING = re.compile("['.\u02bc]|(?<=l)\u00b7(?=l)")
# D' Angelo is D'Angelo: a letter alone before an apostrophe belongs to what follows.
_AFTER_A_LETTER = re.compile(r"(?<=\b\w)\s?'\s")
# A part of a double surname shorter than this (de, la, bin) says too little on its own.
_SHORTEST_PART = 3
# Names of strangers pass through here for as long as the process lives.
_KEPT = 20_000


class Name(NamedTuple):
    """One name of one person, folded. What is not known is an empty text."""

    given: str = ""
    middle: str = ""
    surname: str = ""
    suffix: str = ""

    @property
    def joined_surname(self) -> str:
        return self.surname.replace(" ", "")

    @property
    def joined_given(self) -> str:
        return f"{self.given}{self.middle}".replace(" ", "")

    @property
    def swapped(self) -> "Name":
        """With the fields in each other's place, as clerks do."""
        return self._replace(given=self.joined_surname, surname=self.given)

    @property
    def spellings(self) -> "tuple[Name, ...]":
        """How else to look for it: a name in plain letters is looked for as it is."""
        return (self,)

    @property
    def surname_parts(self) -> frozenset[str]:
        """The parts of a double surname that may stand alone in another system."""
        return frozenset(p for p in self.surname.split() if len(p) >= _SHORTEST_PART)

    @property
    def sounds(self) -> frozenset[str]:
        """How the surname, and each of its parts, sounds."""
        words = {self.joined_surname, *self.surname_parts} - {""}
        return frozenset(phonetic(word) for word in words)


class Nobody(Name):
    """John or Jane Doe: it may be anybody's, or a real person's name."""

    __slots__ = ()


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()


def fold(text: str | None) -> str:
    """Lower case, no accents, Cyrillic in Latin letters, other scripts as written.

    Apostrophes of every keyboard and dots join, all other punctuation separates.
    """
    decomposed = unicodedata.normalize("NFKD", look_alikes.plain(text or ""))
    lower = decomposed.casefold().translate(_LETTERS)
    plain = "".join(c for c in lower if not unicodedata.combining(c)).translate(_CYRILLIC)
    plain = _JOINING.sub("", _AFTER_A_LETTER.sub("", plain))
    if plain.isascii():
        return " ".join(re.sub(r"[^\w ]|_", " ", plain).split())
    return " ".join("".join(c if _is_letter(c) else " " for c in plain).split())


@lru_cache(_KEPT)
def _is_letter(char: str) -> bool:
    """Or a vowel sign, without which names of India and Thailand are other names; or a digit."""
    if unicodedata.category(char) in ("Mc", "Mn"):
        return "VARIATION" not in unicodedata.name(char, "")
    return char.isalnum()


def read_name(
    given: str | None, middle: str | None, surname: str | None, suffix: str | None
) -> Name:
    """A name in four fields; a second given name counts as middle, a suffix is found anywhere.

    What stands for "unknown" in a field is not known.
    """
    first, *more = _told(given).split() or [""]
    family, found = _without_suffix(_told(surname).split())
    middles, also_found = _without_suffix([*more, *_told(middle).split()], keep=0)
    stated = fold(suffix)
    name = Name(
        first,
        " ".join(middles),
        " ".join(family),
        _SUFFIXES.get(stated, stated or found or also_found),
    )
    return Nobody(*name) if is_nobody(name.given, name.surname) else name


def _told(text: str | None) -> str:
    """Folded, without what names nobody: UNKNOWN, FNU, N/A."""
    if text is None or is_no_name(text):
        return ""
    return " ".join(without_unknown(fold(text).split()))


def read_full_name(text: str, surname: str) -> Name:
    """An alias in one text: "Given Surname", "Surname, Given", or a nickname alone."""
    before, comma, after = text.partition(",")
    if comma:
        return read_name(after, None, before, None)
    words, suffix = _without_suffix(_told(text).split())
    if len(words) < 2:
        return Name(words[0], "", surname, suffix) if words else Name()
    return read_name(words[0], " ".join(words[1:-1]), words[-1], suffix)


def _without_suffix(words: list[str], *, keep: int = 1) -> tuple[list[str], str]:
    """A surname may be Junior; then it is the only word."""
    if len(words) > keep and words[-1] in _SUFFIXES:
        return words[:-1], _SUFFIXES[words[-1]]
    return words, ""


@lru_cache(_KEPT)
def short_forms(given: str) -> frozenset[str]:
    """Sam -> Samuel, Samantha ...; William -> Bill, Will ... The name itself is not among them."""
    known = _nicknamer()
    return frozenset(known.nicknames_of(given) | known.canonicals_of(given)) - {given}


def are_nicknames(one: str, other: str) -> bool:
    """True for Sam and Samuel, and for Bill and Will, who may both be William."""
    return not full_forms(one).isdisjoint(full_forms(other))


@lru_cache(_KEPT)
def full_forms(given: str) -> frozenset[str]:
    """The name and what it may be short for: bill, william."""
    return frozenset(_nicknamer().canonicals_of(given)) | {given}


def phonetic(word: str) -> str:
    """American Soundex: Smith and Smyth are both s530."""
    code, last = word[:1], _SOUNDS.get(word[:1], "")
    for letter in word[1:]:
        sound = _SOUNDS.get(letter, "")
        if sound and sound != last:
            code += sound
        if letter not in "hw":
            last = sound
    return f"{code:0<4}"[:4]
