"""How sure: a reported identity against a person on file, field by field, then one tier."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from rapidfuzz.distance import JaroWinkler

from casework.matching.identity import Identity
from casework.matching.names import Name, are_nicknames
from shared.events import MatchTier

SIMILAR_FROM = 0.92
# An officer's estimate of an age is off by this much without saying anything.
AGE_SLACK = 2


class Level(IntEnum):
    """How far two values agree; unknown neither supports nor contradicts."""

    DIFFERENT = 0
    UNKNOWN = 1
    SIMILAR = 2
    EQUAL = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """One level per field, for the pair of names that agrees best."""

    surname: Level
    given: Level
    middle: Level
    suffix: Level
    dob: Level
    age: Level
    sex: Level

    @property
    def contradicts_identifier(self) -> bool:
        """A shared number with another date of birth, or with another name and no date at all."""
        if self.dob is Level.UNKNOWN:
            return self.surname is Level.DIFFERENT and self.given is Level.DIFFERENT
        return self.dob is not Level.EQUAL

    @property
    def is_exact(self) -> bool:
        """Name and date of birth and one more; twins and Jr./Sr. fail by a contradiction."""
        more = (self.middle, self.suffix, self.sex)
        same = self.surname == self.given == self.dob == Level.EQUAL
        supported = self.sex is Level.EQUAL or self.middle in (Level.EQUAL, Level.SIMILAR)
        return same and supported and Level.DIFFERENT not in more

    @property
    def is_probable(self) -> bool:
        if self.surname < Level.SIMILAR:
            return False
        if self.dob is Level.EQUAL:
            return True
        return self.dob is Level.SIMILAR and self.given is not Level.DIFFERENT

    @property
    def is_possible(self) -> bool:
        """Half of it fits: a name without a date of birth, a married name, a sibling's date."""
        if self.surname >= Level.SIMILAR and self.given >= Level.SIMILAR:
            return self.dob is Level.UNKNOWN and self.age is not Level.DIFFERENT
        if self.surname >= Level.SIMILAR:
            return self.dob is Level.SIMILAR
        return self.given is Level.EQUAL and self.dob is Level.EQUAL


def tier_of(record: Identity, person: Identity, on: date) -> MatchTier:
    """The tier of a report about `record`, which happened on that day, for a person on file."""
    agreement = compare(record, person, on)
    if record.identifiers & person.identifiers:
        return MatchTier.PROBABLE if agreement.contradicts_identifier else MatchTier.EXACT
    if agreement.is_exact:
        return MatchTier.EXACT
    if agreement.is_probable:
        return MatchTier.PROBABLE
    return MatchTier.POSSIBLE if agreement.is_possible else MatchTier.NONE


def compare(record: Identity, person: Identity, on: date) -> Agreement:
    pairs = [(a, b) for a in record.names for b in person.names] or [(Name(), Name())]
    one, other = max(pairs, key=_closeness)
    return Agreement(
        surname=compare_surnames(one, other),
        given=compare_given(one.given, other.given),
        middle=compare_given(one.middle, other.middle),
        suffix=_same(one.suffix, other.suffix),
        dob=compare_dobs(record.dob, person.dob),
        age=compare_ages(record.ages, person.dob, on),
        sex=_same(record.sex, person.sex),
    )


def _closeness(pair: tuple[Name, Name]) -> tuple[int, bool]:
    one, other = pair
    given = compare_given(one.given, other.given)
    # Among equals the fuller names: they can contradict each other, aliases cannot.
    return compare_surnames(one, other) + given, bool(one.middle and other.middle)


def _same(one: str | None, other: str | None) -> Level:
    if not one or not other:
        return Level.UNKNOWN
    return Level.EQUAL if one == other else Level.DIFFERENT


def _similar(one: str, other: str) -> Level:
    level = _same(one, other)
    if level is Level.DIFFERENT and JaroWinkler.similarity(one, other) >= SIMILAR_FROM:
        return Level.SIMILAR
    return level


def compare_surnames(one: Name, other: Name) -> Level:
    level = _similar(one.joined_surname, other.joined_surname)
    if level is Level.DIFFERENT and one.surname_parts & other.surname_parts:
        return Level.SIMILAR
    return level


def compare_given(one: str, other: str) -> Level:
    """Initials and nicknames are similar: S. and Sam are both Samuel."""
    level = _similar(one, other)
    if level is not Level.DIFFERENT:
        return level
    initial = min(len(one), len(other)) == 1 and one[0] == other[0]
    return Level.SIMILAR if initial or are_nicknames(one, other) else Level.DIFFERENT


def compare_dobs(one: date | None, other: date | None) -> Level:
    if one is None or other is None:
        return Level.UNKNOWN
    if one == other:
        return Level.EQUAL
    return Level.SIMILAR if one_typo_apart(one, other) else Level.DIFFERENT


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
