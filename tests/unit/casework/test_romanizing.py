"""Names of other scripts find their Latin spelling as a question for a reviewer, and no more."""

import hashlib
from datetime import date
from typing import Any

import pytest
from anyascii import anyascii

from casework.matching.identity import (
    Identity,
    described,
    identity_digest,
    lookup_keys,
    search_keys,
    traces,
)
from casework.matching.names import Name, fold
from casework.matching.romanizing import (
    VERSION,
    Romanized,
    read_stored,
    romanized,
    spell,
    stored,
)
from casework.matching.scoring import score, tier_of
from shared.events import IdentifierPart, MatchTier, PersonPart

ON, BORN = date(2026, 3, 3), date(1980, 1, 2)
NUMBER = (IdentifierPart(system="spd-local", value="1629"),)
# One script each, with a spelling that American offices use.
PEOPLE = [
    (("محمد", "الشمري"), ("Mohammed", "Al-Shammari")),
    (("عمر", "حسين"), ("Omar", "Hussein")),
    (("فاطمة", "الشمري"), ("Fatima", "Shammari")),
    (("דוד", "כהן"), ("David", "Cohen")),
    (("አበበ", "ተስፋዬ"), ("Abebe", "Tesfaye")),
    (("小明", "王"), ("Xiaoming", "Wang")),
    (("민준", "김"), ("Minjun", "Kim")),
    (("지훈", "박"), ("Jihun", "Park")),
    (("Γιώργος", "Παπαδόπουλος"), ("Giorgos", "Papadopoulos")),
    (("राम", "शर्मा"), ("Ram", "Sharma")),
    (("สมชาย", "ศรีสุข"), ("Somchai", "Srisuk")),
    (("გიორგი", "ბერიძე"), ("Giorgi", "Beridze")),
    (("Արամ", "Սարգսյան"), ("Aram", "Sargsyan")),
    (("さくら", "たなか"), ("Sakura", "Tanaka")),
]


def digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def who(given: str, surname: str, **fields: Any) -> Identity:
    person = PersonPart(**({"given": given, "surname": surname, "dob": BORN, "sex": "M"} | fields))
    return described(person, "king-county", digest)


def ids(people: tuple[tuple[str, str], tuple[str, str]]) -> str:
    return people[1][1]


@pytest.mark.parametrize(("theirs", "latin"), PEOPLE, ids=[ids(pair) for pair in PEOPLE])
def test_another_script_is_found_and_asked_about(
    theirs: tuple[str, str], latin: tuple[str, str]
) -> None:
    """Whichever side writes it: a common key, and a question; never a match by itself."""
    for record, person in ((who(*latin), who(*theirs)), (who(*theirs), who(*latin))):
        assert lookup_keys(record) & search_keys(person)
        evidence = score(record, person, ON)
        assert evidence.tier is MatchTier.POSSIBLE
        assert "another_script" in evidence.doubts


@pytest.mark.parametrize(("theirs", "latin"), PEOPLE[:5], ids=[ids(pair) for pair in PEOPLE[:5]])
def test_somebody_else_is_not_asked_about(theirs: tuple[str, str], latin: tuple[str, str]) -> None:
    """Another birth date, or other names, and the spelling says nothing."""
    assert tier_of(who(*latin, dob=date(1991, 7, 8)), who(*theirs), ON) is MatchTier.NONE
    assert tier_of(who("Bernard", "Quillfeather"), who(*theirs), ON) is MatchTier.NONE


def test_what_was_written_alike_stays_sure() -> None:
    """The same script on both sides needs no spelling; other vowel signs are another name."""
    for given, surname in (theirs for theirs, _ in PEOPLE):
        assert tier_of(who(given, surname), who(given, surname), ON) is MatchTier.EXACT
    assert tier_of(who("कमर", "शर्मा"), who("कुमार", "शर्मा"), ON) is not MatchTier.EXACT


def test_a_number_is_not_made_sure_by_a_spelling() -> None:
    """Without a date of birth the name has to agree as it was written."""
    latin, theirs = PEOPLE[0][1], PEOPLE[0][0]
    record = who(*latin, dob=None, identifiers=NUMBER)
    assert tier_of(record, who(*theirs, identifiers=NUMBER), ON) is MatchTier.PROBABLE
    assert tier_of(record, who(*latin, identifiers=NUMBER), ON) is MatchTier.EXACT


def test_nothing_remembered_or_sure_hangs_on_a_spelling() -> None:
    """Digests of late matches and of "not this person" are of what was written."""
    person = who(*PEOPLE[0][0])
    written = Identity(person.names[:1], person.dob, None, person.sex)
    assert isinstance(person.names[1], Romanized)
    assert traces(person, "s", digest) == traces(written, "s", digest)
    assert identity_digest(person, "s", digest) == identity_digest(written, "s", digest)


def test_plain_names_cost_no_key_and_no_name() -> None:
    """Blocking is as it was for everybody whose name is compared as written."""
    for given, surname in (("José", "García-López"), ("Наталія", "Щербакова"), ("Sam", "O'Brien")):
        assert romanized(given, None, surname, None) is None
        assert len(who(given, surname).names) == 1
    theirs = who(*PEOPLE[1][0])
    assert len(search_keys(theirs)) < 100


def test_a_spelling_is_stored_with_its_version() -> None:
    """And read again as what it is."""
    for name in who(*PEOPLE[0][0], aliases=("أبو زيد",)).names:
        [read] = read_stored([stored(name)])
        assert (read, type(read)) == (name, type(name))
        assert stored(name).endswith(f"|{VERSION}") is isinstance(name, Romanized)
    assert read_stored(["sam||testperson|"]) == (Name("sam", "", "testperson", ""),)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("محمد", "mahamad"),
        ("علي", "ali"),
        ("الشمري", "al shamari"),
        ("עברי", "avari"),
        ("김", "gim"),
        ("王", "wang"),
        ("Müller", "muller"),
        ("Иван", "ivan"),
        ("", ""),
    ],
)
def test_spelling(written: str, spelled: str) -> None:
    """Vowels are read where a script leaves them out; folded letters are left to folding."""
    assert fold(spell(written)) == spelled


def test_the_library_s_table_is_the_one_that_names_on_file_were_spelled_by() -> None:
    """If this fails: raise VERSION, and add a migration that calls `rekeying.spell_again`."""
    letters = (*range(0x80, 0x2000), *range(0x3040, 0xA000), *range(0xAC00, 0xD7A4))
    table = "\n".join(anyascii(chr(letter)) for letter in letters)
    assert (VERSION, hashlib.sha256(table.encode()).hexdigest()[:16]) == ("r1", "a66e4e24708dc2d8")
