"""Names of other scripts in Latin letters: to find who may be meant, never to be sure who is.

Stored with the version of the spelling. Another table or another rule is another version, and
comes with a migration that spells those names anew (`rekeying.spell_again`); a test holds the
library's whole table to this one.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii

from casework.matching.names import Name, Nobody, fold, read_full_name, read_name
from shared import look_alikes
from shared.events import PersonPart

VERSION = "r1"
_NOBODY = "?"
# Folded by rule, and compared as written (names.py).
_FOLDED = {"LATIN", "CYRILLIC"}
_MARKS = {"COMBINING", "VARIATION"}
# Scripts that leave vowels out. Read with an a between two consonants, names sound alike again.
_WITHOUT_VOWELS = {"ARABIC", "HEBREW", "SYRIAC"}
_CARRIERS = "اأإآٱعءאע"
_ARTICLE = "ال"
_UNIT = "(?:[cdgkpstz]h?|[bfhjlmnqrvwxy])"
_BARE = re.compile(f"({_UNIT})(?={_UNIT})")
# How the same first letter is spelled elsewhere: Omar is Umar, Gim is Kim, Bag is Pak.
_FIRST = {
    **{vowel: "aeiou".replace(vowel, "") for vowel in "aeiou"},
    "k": "cq", "g": "kj", "b": "p", "d": "t", "j": "cy", "r": "l",
}  # fmt: skip
# Surnames that most who bear them spell by habit, not by rule.
_BY_HABIT = {"이": "lee", "박": "park", "임": "lim", "우": "woo", "노": "roh"}
_SAME_SOUND = str.maketrans("cqgbvz", "kkkpfs", "aeiouhwy ")
_KEPT = 20_000


class Romanized(Name):
    """A name of another script in Latin letters."""

    __slots__ = ()

    @property
    def spellings(self) -> tuple[Name, ...]:
        """With other first letters, which the sounds by which people are found begin with."""
        surnames = [self._replace(surname=other) for other in _respelled(self.surname)]
        return (self, *surnames, *(self._replace(given=g) for g in _respelled(self.given)))


def _respelled(word: str) -> list[str]:
    return [first + word[1:] for first in _FIRST.get(word[:1], "")]


def romanized(
    given: str | None, middle: str | None, surname: str | None, suffix: str | None
) -> Romanized | None:
    """The name in Latin letters; None when it is in letters that are compared as they are."""
    fields = (given, middle, surname)
    if not any(is_foreign(field or "") for field in fields):
        return None
    habit = _BY_HABIT.get((surname or "").strip())
    return Romanized(*read_name(spell(given), spell(middle), habit or spell(surname), suffix))


def all_romanized(person: PersonPart) -> list[Romanized]:
    """The main name and the aliases, as far as they are in other scripts."""
    found = [romanized(person.given, person.middle, person.surname, person.suffix)]
    for alias in person.aliases:
        if is_foreign(alias) or is_foreign(person.surname or ""):
            surname = fold(spell(person.surname))
            found.append(Romanized(*read_full_name(spell(alias), surname)))
    return [name for name in found if name and (name.given or name.surname)]


def is_foreign(text: str) -> bool:
    return not text.isascii() and any(map(_foreign, look_alikes.plain(text)))


@lru_cache(_KEPT)
def _foreign(char: str) -> bool:
    """A letter or a vowel sign that folding does not bring into Latin letters."""
    if char.isascii() or unicodedata.category(char)[0] not in "LM":
        return False
    script = _script(char)
    return not fold(char).isascii() if script in _FOLDED else script not in _MARKS


def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split()[0]


@lru_cache(_KEPT)
def spell(text: str | None) -> str:
    """In Latin letters, word by word; what is folded by rule stays as it was written."""
    return " ".join(_word(word) for word in look_alikes.plain(text or "").split())


def _word(word: str) -> str:
    if _script(word[0]) in _WITHOUT_VOWELS:
        return _with_vowels(unicodedata.normalize("NFKC", word))
    return "".join(anyascii(char) if _foreign(char) else char for char in word)


def _with_vowels(word: str) -> str:
    """محمد is mahamad; the article stands alone, so that either spelling of it is found."""
    if word.startswith(_ARTICLE) and len(word) > 3:
        return f"al {_with_vowels(word.removeprefix(_ARTICLE))}"
    carried = f"a{word[1:]}" if word[0] in _CARRIERS else word
    plain = re.sub("[^a-z]", "", anyascii(carried).lower())
    # Inside a word these two are vowels more often than not.
    read = plain[:1] + plain[1:].replace("y", "i").replace("w", "u")
    return _BARE.sub(r"\1a", read)


def consonants(word: str) -> str:
    """What is left of a name however its vowels are spelled: mohammed and mahamad are mmd."""
    return re.sub(r"(.)\1+", r"\1", word.translate(_SAME_SOUND))


def stored(name: Name) -> str:
    """As a person's row keeps it; a spelling says by which version it was made."""
    text = "|".join(name)
    if isinstance(name, Nobody):
        return f"{text}|{_NOBODY}"
    return f"{text}|{VERSION}" if isinstance(name, Romanized) else text


def read_stored(texts: Sequence[str]) -> tuple[Name, ...]:
    return tuple(_read(text.split("|")) for text in texts)


def _read(parts: list[str]) -> Name:
    if len(parts) < 5:
        return Name(*parts)
    return Nobody(*parts[:4]) if parts[4] == _NOBODY else Romanized(*parts[:4])
