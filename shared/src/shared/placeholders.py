"""Names, numbers and dates that systems write when they know none.

Two strangers who share one of these share nothing. No list is complete: what many people carry is
found by counting (casework, `matching/bearers.py`); this is what is known at first sight.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

from shared.look_alikes import plain

_KEPT = 20_000


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ---------------------------------------------------------------------------------------- dates
# Nobody who is alive is as old; another date of these years may be a typing error of a real one.
_LAST_OF_THE_OLD = 1912
# A first of January of a year as early as this was put in because only "old" was known.
_LAST_VAGUE_NEW_YEAR = 1930
# A clock that stands at zero, in UTC and west of it.
_ZERO_TIMES = {date(1970, 1, 1), date(1969, 12, 31)}


def is_no_birth_date(born: date) -> bool:
    """A date that means "unknown": it neither supports that two are one person nor denies it."""
    if born in _ZERO_TIMES or born.year <= 1901 or born.year >= 2100:
        return True
    if born.year <= _LAST_OF_THE_OLD:
        at_an_end = (born.month, born.day) in ((1, 1), (12, 31))
        return at_an_end or born.month == born.day == born.year % 100
    return born.year <= _LAST_VAGUE_NEW_YEAR and (born.month, born.day) == (1, 1)


# -------------------------------------------------------------------------------------- numbers
_WORDS = _words(
    """
    test testing temp temporary tmp dummy sample example fake unknown unkown unknwn unkwn unk
    unkn none null nil nan na pending refused missing blank void invalid default placeholder
    notonfile nonumber nosid noid tbd tba undefined error unassigned new
    """
)
_LETTER_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
# Paths over a number pad: columns, diagonals, and the rows in another order.
_PAD = ("147258369", "741852963", "963852741", "369258147", "789456123", "321654987", "159753",
        "753159", "951357", "357951", "1593570", "24682468", "135792468", "246813579")  # fmt: skip


@lru_cache(_KEPT)
def is_no_number(value: str) -> bool:
    """A value that stands for "no number": no digit in it, one character, a row of keys.

    Spaces, case and punctuation do not matter. Real numbers look like this once in about a
    thousand; then the person's name and date of birth decide.
    """
    text = "".join(c for c in plain(value).casefold() if c.isalnum())
    digits = "".join(c for c in text if c.isdigit())
    letters = "".join(c for c in text if c.isalpha())
    if not digits or len(text) < 2:
        return True
    if not letters:
        return _is_patterned(digits)
    if letters in _WORDS:
        return len(digits) < 4 or _is_patterned(digits)
    if len(letters) > 1 and _is_row_of_letters(letters) and _is_run(digits):
        return True
    same = len(digits) > 4 and len(set(digits)) == 1
    return same or (len(digits) > 5 and _is_run(digits))


def _is_patterned(digits: str) -> bool:
    """One digit, digits in a row, a short block repeated, or a path over the keys of a pad."""
    if len(set(digits)) == 1 or (len(digits) > 3 and _is_run(digits)):
        return True
    if len(digits) < 6:
        return False
    period = _period(digits)
    repeated = period < 5 and len(digits) >= 2 * period
    return repeated or _is_creeping(digits) or any(digits in path for path in _PAD)


def _is_creeping(digits: str) -> bool:
    """Few steps: 112233, 1234321, 1000000."""
    steps = [int(b) - int(a) for a, b in pairwise(digits)]
    if set(steps) <= {0, 1} or set(steps) <= {0, -1}:
        return True
    lonely = len(set(digits)) == 2 and min(map(digits.count, set(digits))) == 1
    return len(digits) > 6 and (lonely or all(abs(step) < 2 for step in steps))


def _period(digits: str) -> int:
    """How long the block is that the digits repeat."""
    lengths = range(1, len(digits) + 1)
    return next(n for n in lengths if (digits[:n] * len(digits)).startswith(digits))


def _is_run(digits: str) -> bool:
    """Each digit one above the one before, or one below, or two: 0 follows 9."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    return steps in ({1}, {9}) or (len(digits) > 4 and steps in ({2}, {8}))


def _is_row_of_letters(letters: str) -> bool:
    rows = (*_LETTER_ROWS, *(row[::-1] for row in _LETTER_ROWS))
    return len(set(letters)) == 1 or any(letters in row for row in rows)


# ---------------------------------------------------------------------------------------- names
# Abbreviations of police and immigration files: no first, middle or last name; name unknown.
_NO_NAMES = _words(
    """
    nfn nln nmn nmi nmu fnu lnu mnu fnmu nfnu nlnu unk unkn unkwn unknwn unkown unknown unknow
    unidentified unnamed noname nameless none nonegiven nonename nothing null nil nan undefined
    blank missing empty refused refuses refusedtogive declined withheld notgiven notprovided
    notavailable notapplicable notonfile notknown notstated notentered notlisted pending tbd tba
    temp test tester testing dummy sample anonymous anon confidential redacted juvenile seenotes
    seenarrative same sameasabove nofirstname nolastname nomiddlename nosurname nogivenname
    nomiddleinitial firstnameunknown lastnameunknown nameunknown unknownname unknownfirstname
    unknownlastname firstname lastname surname givenname unknownmale unknownfemale
    unknownsubject unknownperson unsub babyboy babygirl infantboy infantgirl desconocido
    desconocida sinnombre sinapellido inconnu inconnue unbekannt qwerty asdf asdfgh ninguno
    noaplica nodata nodate xxx
    """
)
# Doe and Roe mean nobody beside one of these, or alone.
_STAND_INS = {"doe", "roe"}
_STOCK_GIVEN = _words(
    """
    john jane jon johnny janie baby boy girl j jd richard male female child infant mr mrs ms
    """
) | {""}
_MARKS_OF_UNKNOWN = _words("nfn nln nmn nmi nmu fnu lnu mnu unk unknown")
# "Na" is a name; these are not.
_NOT_APPLICABLE = re.compile(r"\W*n\s*[/.\\|-]\s*[ak]\.?\W*|\W+", re.IGNORECASE)


@lru_cache(_KEPT)
def is_no_name(text: str) -> bool:
    """A text in the field of a name that names nobody: UNKNOWN, FNU, XXXX, N/A, a question mark."""
    if _NOT_APPLICABLE.fullmatch(text):
        return True
    letters = "".join(c for c in plain(text).casefold() if c.isalpha())
    if not letters or letters in _NO_NAMES or letters.startswith("unknown"):
        return True
    return len(set(letters)) == 1 and len(letters) > 1 and (letters[0] in "xz" or len(letters) > 2)


def without_unknown(words: Sequence[str]) -> Sequence[str]:
    """Of the folded words of one field those that may be a name: not the FNU in "Fnu Singh"."""
    left = [word for word in words if word not in _MARKS_OF_UNKNOWN]
    return [] if all(map(is_no_name, left)) else left


def is_nobody(given: str, surname: str) -> bool:
    """John and Jane Doe, with both names folded; a real Doe has another given name."""
    return surname in _STAND_INS and given in _STOCK_GIVEN
