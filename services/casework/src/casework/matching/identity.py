"""A person as a source describes them, in the form in which people are compared and found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from casework.matching.names import Name, Nobody, phonetic, read_full_name, read_name, short_forms
from casework.matching.romanizing import Romanized, all_romanized, read_stored
from shared.events import IdentifierPart, PersonPart
from shared.placeholders import is_no_birth_date, is_no_number

Digest = Callable[..., bytes]

_SEXES = {"m": "M", "male": "M", "f": "F", "female": "F", "x": "X"}


@dataclass(frozen=True, slots=True)
class Identity:
    """The main name comes first, then aliases, then what other scripts are in Latin letters.

    Identifiers are digests only (R-25); those in `common` are numbers that many people carry. A
    date that is `vague` means "unknown", or is carried by many.
    """

    names: tuple[Name, ...] = ()
    dob: date | None = None
    ages: tuple[int, int] | None = None
    sex: str | None = None
    identifiers: frozenset[bytes] = frozenset()
    common: frozenset[bytes] = frozenset()
    vague: bool = False

    @property
    def numbers(self) -> frozenset[bytes]:
        """All of them, whether they decide or not."""
        return self.identifiers | self.common

    @property
    def sure_dob(self) -> date | None:
        """The date of birth, if it can be this person's alone."""
        return None if self.vague else self.dob

    @property
    def keyed_dob(self) -> date | None:
        """The date under which people are found; also one that many carry."""
        return None if self.dob is None or is_no_birth_date(self.dob) else self.dob


def on_file(
    names: Sequence[str], dob: date | None, sex: str | None, numbers: frozenset[bytes]
) -> Identity:
    """A person's row, with those of their numbers that matter."""
    vague = dob is not None and is_no_birth_date(dob)
    return Identity(read_stored(names), dob, None, sex, numbers, vague=vague)


def described(person: PersonPart, site: str, digest: Digest) -> Identity:
    """Normalize what a source says about somebody."""
    return Identity(
        names=_names(person),
        dob=person.dob,
        ages=_ages(person),
        sex=_SEXES.get((person.sex or "").strip().casefold()),
        identifiers=frozenset(numbers_of(person, site, digest)),
        vague=person.dob is not None and is_no_birth_date(person.dob),
    )


def numbers_of(person: PersonPart, site: str, digest: Digest) -> dict[bytes, str]:
    """Digests of the numbers that are some, and the system of each."""
    return {
        identifier_digest(number, site, digest): number.system.strip().casefold()
        for number in person.identifiers
        if not is_no_number(number.value)
    }


def _names(person: PersonPart) -> tuple[Name, ...]:
    main = read_name(person.given, person.middle, person.surname, person.suffix)
    aliases = (read_full_name(alias, main.surname) for alias in person.aliases)
    written = [n for n in (main, *aliases) if n.given or n.surname]
    return tuple(dict.fromkeys([*written, *all_romanized(person)]))


def _ages(person: PersonPart) -> tuple[int, int] | None:
    if person.age_from is None and person.age_to is None:
        return None
    return (person.age_from or 0, person.age_to if person.age_to is not None else 150)


def identifier_digest(identifier: IdentifierPart, site: str, digest: Digest) -> bytes:
    """The same system and number at the same site; spaces and case do not matter (R-25, R-32)."""
    system, value = identifier.system.strip().casefold(), "".join(identifier.value.split())
    return digest("identifier", site, system, value.casefold())


def search_keys(identity: Identity) -> set[str]:
    """The keys under which a person on file is found; each holds few even among a million."""
    keys = set()
    for name in _spellings(identity):
        keys |= _born(name, {name.given}, identity.keyed_dob)
        if isinstance(name, Nobody):
            continue
        if name.given and name.surname:
            keys.add(f"f:{name.given} {name.joined_surname}")
        for sound in name.sounds:
            keys |= _named(sound, name.given, identity)
    return keys


def _spellings(identity: Identity) -> list[Name]:
    return [spelling for name in identity.names for spelling in name.spellings]


def _as_written(identity: Identity) -> list[Name]:
    """Without what only finds: nothing that is remembered or sure hangs on a spelling of ours."""
    return [name for name in identity.names if not isinstance(name, Romanized | Nobody)]


def _born(name: Name, forms: set[str], dob: date | None) -> set[str]:
    """By date of birth and half a name, so that married and swapped names are found too.

    One wrong digit leaves the year or the day of a date intact: with more of the name, two keys
    find both.
    """
    if dob is None:
        return set()
    halves = name.sounds | {phonetic(form) for form in forms if form}
    keys = {f"d:{dob}:{half}" for half in halves}
    for initial in {form[:1] for form in forms} or {""}:
        keys |= {f"y:{sound}{initial}:{dob.year}" for sound in name.sounds}
        keys |= {f"m:{sound}{initial}:{dob:%m%d}" for sound in name.sounds}
    return keys


def _named(sound: str, given: str, identity: Identity) -> set[str]:
    """By names alone: for reports without a date of birth, and for such people on file (u)."""
    if not given:
        return set()
    kinds = {"n"} if identity.sure_dob else {"n", "u"}
    keys = {f"{kind}:{sound}{phonetic(given)}" for kind in kinds}
    # Only an initial is known on one side: i is asked by initials, j always, and few are there.
    return keys | {f"{'j' if len(given) == 1 else 'i'}:{sound}{given[0]}"}


def lookup_keys(identity: Identity) -> set[str]:
    """The keys to look under for a reported person."""
    keys = set()
    for name in _spellings(identity):
        forms = {name.given, *short_forms(name.given)} if name.given else set()
        keys |= _born(name, forms, identity.keyed_dob)
        if isinstance(name, Nobody):
            continue
        kind = "u" if identity.sure_dob else "n"
        keys |= {f"{kind}:{s}{phonetic(form)}" for s in name.sounds for form in forms}
        if name.given and not identity.sure_dob:
            kinds = "ij" if len(name.given) == 1 else "j"
            keys |= {f"{k}:{s}{name.given[0]}" for s in name.sounds for k in kinds}
            keys.add(f"f:{name.given} {name.joined_surname}")
    return keys


def traces(identity: Identity, site: str, digest: Digest) -> list[bytes]:
    """Digests of all that could make an exact match: a report is found without being opened."""
    return sorted(identity.numbers | descriptions(identity, site, digest))


def descriptions(identity: Identity, site: str, digest: Digest) -> frozenset[bytes]:
    """Digests of each full name with the date of birth; none without either."""
    if identity.sure_dob is None:
        return frozenset()
    full = {(n.given, n.joined_surname) for n in _as_written(identity) if n.given and n.surname}
    return frozenset(digest("name-dob", site, *name, str(identity.dob)) for name in full)


def main_description(identity: Identity, site: str, digest: Digest) -> frozenset[bytes]:
    """The digest of the main name with the date of birth, if both are known in full."""
    return descriptions(replace(identity, names=identity.names[:1]), site, digest)


def identity_digest(identity: Identity, site: str, digest: Digest) -> bytes:
    """Recognizes the same description again: what a reviewer's "not this person" is tied to."""
    names = sorted("|".join(name) for name in _as_written(identity))
    numbers = sorted(i.hex() for i in identity.numbers)
    # As it was before such dates were kept: what a reviewer said of them still holds.
    born = None if identity.dob and is_no_birth_date(identity.dob) else identity.dob
    facts = (str(born), str(identity.ages), str(identity.sex))
    return digest("identity", site, *facts, *names, *numbers)
