"""How far two values of one field agree, as a level."""

from datetime import date
from enum import StrEnum

from rapidfuzz.distance import JaroWinkler

from casework.matching.names import Name, are_nicknames, phonetic
from casework.matching.romanizing import consonants

SIMILAR_FROM = 0.92
LOOSE_FROM = 0.80
# An officer's estimate of an age is off by this much without saying anything.
AGE_SLACK = 2


class Level(StrEnum):
    """How far two values agree; unknown neither supports nor contradicts."""

    EQUAL = "equal"
    ALIKE = "alike"  # a nickname, an initial, one part of a double surname
    SIMILAR = "similar"  # one slip of the pen
    LOOSE = "loose"  # several
    TYPO = "typo"  # a date with one digit wrong, or two swapped
    YEAR = "year"  # a date in the same year
    SWAPPED = "swapped"  # surname and given name in each other's place
    DIFFERENT = "different"
    UNKNOWN = "unknown"


CLOSE = frozenset({Level.EQUAL, Level.ALIKE, Level.SIMILAR})


def same(one: str | None, other: str | None) -> Level:
    if not one or not other:
        return Level.UNKNOWN
    return Level.EQUAL if one == other else Level.DIFFERENT


def spelled(one: str, other: str) -> Level:
    closeness = JaroWinkler.similarity(one, other, score_cutoff=LOOSE_FROM)
    if closeness >= SIMILAR_FROM:
        return Level.SIMILAR
    return Level.LOOSE if closeness >= LOOSE_FROM else Level.DIFFERENT


def compare_surnames(one: Name, other: Name) -> Level:
    """A part of a double surname is alike: Garcia is Garcia Lopez in another system."""
    level = same(one.joined_surname, other.joined_surname)
    if level is not Level.DIFFERENT:
        return level
    # Of two single words no part can be the same when they differ; most pairs are such.
    double = " " in one.surname or " " in other.surname
    if double and one.surname_parts & other.surname_parts:
        return Level.ALIKE
    return spelled(one.joined_surname, other.joined_surname)


def compare_given(one: Name, other: Name) -> Level:
    """Mary Ann in one field or in two is one name."""
    level = compare_words(one.given, other.given)
    if level in (Level.LOOSE, Level.DIFFERENT) and one.joined_given == other.joined_given:
        return Level.SIMILAR
    return level


def compare_words(one: str, other: str) -> Level:
    """Initials and nicknames are alike: S. and Sam are both Samuel."""
    level = same(one, other)
    if level is not Level.DIFFERENT:
        return level
    initial = min(len(one), len(other)) == 1 and one[0] == other[0]
    return Level.ALIKE if initial or are_nicknames(one, other) else spelled(one, other)


def are_variants(one: Name, other: Name) -> bool:
    if one.given in other.middle.split() or other.given in one.middle.split():
        return True
    if consonants(one.given) == consonants(other.given) and len(consonants(one.given)) > 1:
        return True
    loose = spelled(one.given, other.given) is not Level.DIFFERENT
    return loose and phonetic(one.given) == phonetic(other.given)


def compare_dobs(one: date | None, other: date | None) -> Level:
    if one is None or other is None:
        return Level.UNKNOWN
    if one == other:
        return Level.EQUAL
    if one_typo_apart(one, other):
        return Level.TYPO
    return Level.YEAR if one.year == other.year else Level.DIFFERENT


def one_typo_apart(one: date, other: date) -> bool:
    """One digit off, two neighbors swapped, or day and month swapped."""
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return True
    a, b = one.isoformat().replace("-", ""), other.isoformat().replace("-", "")
    off = [i for i in range(8) if a[i] != b[i]]
    if len(off) == 2 and off[1] == off[0] + 1:
        return a[off[0]] == b[off[1]] and a[off[1]] == b[off[0]]
    return len(off) == 1


def compare_ages(ages: tuple[int, int] | None, dob: date | None, on: date) -> Level:
    if ages is None or dob is None:
        return Level.UNKNOWN
    age = on.year - dob.year - ((on.month, on.day) < (dob.month, dob.day))
    fits = ages[0] - AGE_SLACK <= age <= ages[1] + AGE_SLACK
    return Level.EQUAL if fits else Level.DIFFERENT
