"""How far a reported identity and a person on file agree, field by field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from casework.matching.identity import Identity
from casework.matching.levels import (
    CLOSE,
    Level,
    are_variants,
    compare_ages,
    compare_dobs,
    compare_given,
    compare_surnames,
    compare_words,
    same,
    spelled,
)
from casework.matching.names import Name, Nobody
from casework.matching.romanizing import Romanized, consonants


@dataclass(frozen=True, slots=True)
class Agreement:
    """One level per field, for the pair of names that agrees best."""

    surname: Level
    given: Level
    order: Level
    middle: Level
    suffix: Level
    dob: Level
    age: Level
    sex: Level
    # The values that are equal, for looking up how rare they are.
    same_surname: str = ""
    same_given: str = ""
    # The names agree only in our spelling of another script: enough to ask, not to be sure.
    another_script: bool = False
    # Both have the same date or name, and it is one that means "unknown".
    same_vague_dob: bool = False
    same_stand_in: bool = False
    # The given names differ in spelling only, or one is the other's middle name.
    variant_given: bool = False

    @property
    def contradicts_identifier(self) -> bool:
        """A shared number with another date of birth, another sex, or the name of somebody else.

        Twins have one date, borrowed papers all of it. A married name does not contradict.
        """
        born = self.dob not in (Level.EQUAL, Level.UNKNOWN)
        return born or self.sex is Level.DIFFERENT or self._names_somebody_else

    @property
    def _names_somebody_else(self) -> bool:
        if self.another_script:
            both_differ = {self.surname, self.given} == {Level.DIFFERENT}
            return self.dob is Level.UNKNOWN or both_differ
        given_agrees = self.given in CLOSE or self.variant_given
        if self.surname is Level.DIFFERENT:
            return not given_agrees
        namesakes = self.dob is Level.UNKNOWN and self.suffix is Level.DIFFERENT
        return namesakes or not (given_agrees or self.given is Level.UNKNOWN)

    @property
    def agrees_but_for_what_says_nothing(self) -> bool:
        """Enough to ask about two people who share a date, or a name, that means "unknown"."""
        if self.sex is Level.DIFFERENT:
            return False
        named = self.same_vague_dob and {self.surname, self.given} <= CLOSE
        return named or (self.same_stand_in and self.dob is Level.EQUAL)

    @property
    def is_exact(self) -> bool:
        """Name and date of birth and one more; twins and Jr./Sr. fail by a contradiction."""
        more = (self.middle, self.suffix, self.sex)
        fields = {self.surname, self.given, self.dob, self.order}
        same = fields == {Level.EQUAL} and not self.another_script
        supported = self.sex is Level.EQUAL or self.middle in CLOSE
        return same and supported and Level.DIFFERENT not in more

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why this is no more than possible, however rare the names: twins, fathers, namesakes."""
        found = {
            "another_script": self.another_script,
            "another_given_name": self.given is Level.DIFFERENT,
            "another_surname": self.surname is Level.DIFFERENT,
            "birth_date_unknown": self.dob is Level.UNKNOWN,
            "another_birth_date": self.dob in (Level.YEAR, Level.DIFFERENT),
        }
        return tuple(name for name, present in found.items() if present)


@dataclass(frozen=True, slots=True)
class NameAgreement:
    """The part of an agreement that one pair of names decides."""

    surname: Level
    given: Level
    order: Level
    middle: Level
    suffix: Level
    same_surname: str = ""
    same_given: str = ""
    another_script: bool = False
    pair: tuple[Name, Name] = (Name(), Name())


_NOTHING_SAID = NameAgreement(
    Level.UNKNOWN, Level.UNKNOWN, Level.UNKNOWN, Level.UNKNOWN, Level.UNKNOWN
)
_FAR = frozenset({Level.LOOSE, Level.DIFFERENT})
Weigh = Callable[[str, Level], float]
_NO_NAME = Name()


def compare(record: Identity, person: Identity, on: date, weigh: Weigh) -> Agreement:
    """`weigh(field, level)` says which of several pairs of names supports most."""
    found = closest_names(record, person, weigh)
    dob = compare_births(record, person)
    known = dob is not Level.UNKNOWN
    return Agreement(
        found.surname, found.given, found.order, found.middle, found.suffix,
        dob=dob,
        age=Level.UNKNOWN if known else compare_ages(record.ages, person.sure_dob, on),
        sex=same(record.sex, person.sex),
        same_vague_dob=not known and record.dob is not None and record.dob == person.dob,
        same_stand_in=not _stand_ins(record).isdisjoint(_stand_ins(person)),
        variant_given=found.given in _FAR and _is_variant(record, person),
        same_surname=found.same_surname,
        same_given=found.same_given,
        another_script=found.another_script,
    )  # fmt: skip


def closest_names(record: Identity, person: Identity, weigh: Weigh) -> NameAgreement:
    """A spelling of ours is asked only where no name agrees as it was written."""
    pairs = _name_agreements(record, person)
    if len(pairs) == 1:
        return pairs[0]
    written = [pair for pair in pairs if not pair.another_script]
    best = max(written or pairs, key=lambda pair: _support(pair, weigh))
    if len(written) == len(pairs) or {best.surname, best.given} <= CLOSE:
        return best
    return max([best, *pairs], key=lambda pair: _support(pair, weigh))


def _support(pair: NameAgreement, weigh: Weigh) -> tuple[float, int, float]:
    named = weigh("surname", pair.surname) + weigh("given", pair.given)
    # Among equals the fuller names: they can contradict each other, aliases cannot.
    known = (pair.middle is not Level.UNKNOWN) + (pair.suffix is not Level.UNKNOWN)
    doubt = -weigh("middle", pair.middle) - weigh("suffix", pair.suffix)
    return named + weigh("order", pair.order), known, doubt


def _name_agreements(record: Identity, person: Identity) -> list[NameAgreement]:
    found = []
    for one in record.names or (_NO_NAME,):
        for other in person.names or (_NO_NAME,):
            if isinstance(one, Nobody) or isinstance(other, Nobody):
                found.append(_NOTHING_SAID)
                continue
            foreign = isinstance(one, Romanized) or isinstance(other, Romanized)
            comparing = compare_spellings if foreign else compare_names
            straight = comparing(one, other)
            found.append(straight)
            both_known = straight.order is not Level.UNKNOWN
            if both_known and not {straight.surname, straight.given} & CLOSE:
                swapped = comparing(one.swapped, other, Level.SWAPPED)
                accepted = {*CLOSE, Level.LOOSE} if foreign else CLOSE
                if {swapped.surname, swapped.given} <= accepted:
                    found.append(swapped)
    return found


def compare_names(one: Name, other: Name, order: Level = Level.EQUAL) -> NameAgreement:
    surname, given = compare_surnames(one, other), compare_given(one, other)
    if not (one.surname and one.given and other.surname and other.given):
        order = Level.UNKNOWN
    return NameAgreement(
        surname, given, order, compare_words(one.middle, other.middle),
        same(one.suffix, other.suffix),
        other.joined_surname if surname is Level.EQUAL else "",
        other.given if given is Level.EQUAL else "",
        pair=(one, other),
    )  # fmt: skip


def compare_spellings(one: Name, other: Name, order: Level = Level.EQUAL) -> NameAgreement:
    """One of them is our spelling of another script: the same letters are one slip apart."""
    if not (one.surname and one.given and other.surname and other.given):
        order = Level.UNKNOWN
    surname = _sounding(one.joined_surname, other.joined_surname)
    if surname is Level.DIFFERENT and _share_a_part(one, other):
        surname = Level.LOOSE
    given = _sounding(one.given, other.given)
    if given is Level.DIFFERENT:
        given = _sounding(one.joined_given, other.joined_given)
    return NameAgreement(
        surname,
        given,
        order,
        Level.UNKNOWN,
        same(one.suffix, other.suffix),
        another_script=True,
        pair=(one, other),
    )


def _share_a_part(one: Name, other: Name) -> bool:
    """Al Shamari is Shammari in another system."""
    pairs = ((a, b) for a in one.surname_parts for b in other.surname_parts)
    return any(_sounding(a, b) is not Level.DIFFERENT for a, b in pairs)


def _sounding(one: str, other: str) -> Level:
    """By letters, else by consonants: which vowels stand between them nobody spells alike."""
    level = same(one, other)
    if level is not Level.DIFFERENT:
        return Level.SIMILAR if level is Level.EQUAL else level
    level = spelled(one, other)
    alike = consonants(one) == consonants(other) and len(consonants(one)) > 1
    return Level.LOOSE if level is Level.DIFFERENT and alike else level


def _stand_ins(identity: Identity) -> set[Name]:
    return {name for name in identity.names if isinstance(name, Nobody)}


def _is_variant(record: Identity, person: Identity) -> bool:
    """Steven and Stephen, Mohammed and Mahamad; or somebody goes by their middle name."""
    pairs = ((one, other) for one in record.names for other in person.names)
    return any(are_variants(one, other) for one, other in pairs if one.given and other.given)


def compare_births(record: Identity, person: Identity) -> Level:
    """A date that means "unknown" neither supports nor contradicts."""
    return compare_dobs(record.sure_dob, person.sure_dob)
