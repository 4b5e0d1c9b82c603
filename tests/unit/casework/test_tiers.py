"""How sure a match is, as a table that a reviewer can read."""

import hashlib
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.matching.comparison import one_typo_apart
from casework.matching.domain import Candidate, Finding, decide
from casework.matching.identity import (
    Identity,
    described,
    identity_digest,
    lookup_keys,
    search_keys,
    traces,
)
from casework.matching.scoring import tier_of
from shared.events import IdentifierPart, MatchTier, PersonPart

EXACT, PROBABLE, POSSIBLE, NONE = (
    MatchTier.EXACT, MatchTier.PROBABLE, MatchTier.POSSIBLE, MatchTier.NONE,
)  # fmt: skip
ON = date(2026, 3, 3)
DOB = date(1980, 1, 2)
NUMBER = (IdentifierPart(system="spd-local", value="1629"),)
SAM: dict[str, Any] = {
    "given": "Samuel", "middle": "James", "surname": "Testperson", "dob": DOB, "sex": "M",
    "aliases": ("Sammy Otherton",), "identifiers": NUMBER,
}  # fmt: skip


def digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def who(**fields: Any) -> Identity:
    return described(PersonPart(**fields), "king-county", digest)


def sam_but(**changes: Any) -> Identity:
    return who(**(SAM | {"identifiers": (), "aliases": ()} | changes))


@pytest.mark.parametrize(
    ("record", "tier"),
    [
        # A shared number decides, unless something contradicts it.
        (who(identifiers=NUMBER), EXACT),
        (who(identifiers=NUMBER, age_from=18, age_to=25), EXACT),
        (who(identifiers=NUMBER, dob=DOB), EXACT),
        (who(identifiers=NUMBER, dob=DOB, given="Else", surname="Entirely"), EXACT),
        (who(identifiers=NUMBER, given="Sam", surname="Testpersen"), EXACT),
        (who(identifiers=NUMBER, given="Else", surname="Testperson"), EXACT),
        (who(identifiers=NUMBER, given="Else", surname="Entirely"), PROBABLE),
        (who(identifiers=NUMBER, dob=date(1980, 1, 3)), PROBABLE),
        (who(identifiers=NUMBER, dob=date(1955, 9, 9)), PROBABLE),
        (who(identifiers=(IdentifierPart(system=" SPD-Local", value="16 29"),)), EXACT),
        (who(identifiers=(IdentifierPart(system="jail-local", value="1629"),)), NONE),
        # Name, date of birth and one more.
        (sam_but(), EXACT),
        (sam_but(given="SAMUEL", surname="test-person"), EXACT),
        (sam_but(middle=None), EXACT),
        (sam_but(middle="J", sex=None), EXACT),
        (sam_but(middle=None, sex=None), PROBABLE),
        (sam_but(sex="F"), PROBABLE),
        (sam_but(middle="Bob"), PROBABLE),
        (sam_but(given="Sammy", surname="Otherton", middle=None), EXACT),
        # Similar surname with the date of birth, exactly or with one typing error.
        (sam_but(given="Sam"), PROBABLE),
        (sam_but(surname="Testpersen"), PROBABLE),
        (sam_but(surname="Testperson Smith"), PROBABLE),
        (sam_but(dob=date(1980, 1, 3)), PROBABLE),
        (sam_but(dob=date(1980, 2, 1)), PROBABLE),
        (sam_but(dob=date(1908, 1, 2), given="Sam"), PROBABLE),
        # Less: twins, siblings, married names, no date of birth; father and son.
        (sam_but(given="Twin"), POSSIBLE),
        (sam_but(dob=date(1980, 1, 3), given="Sibling"), POSSIBLE),
        (sam_but(surname="Married"), POSSIBLE),
        (sam_but(dob=None), POSSIBLE),
        (sam_but(dob=None, age_from=40, age_to=50), POSSIBLE),
        (sam_but(dob=date(1970, 1, 1)), POSSIBLE),
        (sam_but(dob=None, age_from=18, age_to=25), POSSIBLE),
        (sam_but(dob=date(1955, 9, 9)), POSSIBLE),
        # The fields in each other's place.
        (sam_but(given="Testperson", surname="Samuel", middle=None), PROBABLE),
        (sam_but(given="Sam", middle="Uel"), PROBABLE),
        # Nobody.
        (sam_but(dob=date(1955, 9, 9), given="Sam", middle=None, sex="F"), NONE),
        (sam_but(dob=None, given="Other", middle=None), NONE),
        (who(surname="Stranger", given="Some", dob=date(1990, 5, 5)), NONE),
        (who(age_from=40, age_to=50), NONE),
        (who(), NONE),
    ],
)
def test_tiers(record: Identity, tier: MatchTier) -> None:
    """Against one person on file: Samuel James Testperson, born 2 January 1980, number 1629."""
    assert tier_of(record, who(**SAM), ON) is tier


def test_junior_is_not_senior() -> None:
    """Father and son share name, sometimes a mistyped date: a contradiction is for a human."""
    senior = who(**(SAM | {"suffix": "Sr", "identifiers": ()}))
    assert tier_of(sam_but(suffix="Jr"), senior, ON) is PROBABLE
    assert tier_of(sam_but(suffix="Sr"), senior, ON) is EXACT


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (date(1980, 1, 3), True),
        (date(1981, 1, 2), True),
        (date(1890, 1, 2), True),
        (date(1980, 2, 1), True),
        (date(1980, 10, 2), True),
        (date(1980, 1, 20), True),
        (date(1980, 3, 3), False),
        (date(1981, 2, 1), False),
        (DOB, False),
    ],
)
def test_one_typing_error(other: date, expected: bool) -> None:
    """One digit, two neighbors, or day and month; not more."""
    assert one_typo_apart(DOB, other) is expected
    assert one_typo_apart(other, DOB) is one_typo_apart(DOB, other)


def mistyped(dob: date) -> set[date]:
    """Every date one wrong digit away, or two swapped ones within the year or within the day."""
    digits = dob.isoformat().replace("-", "")
    texts = {digits[:i] + d + digits[i + 1 :] for i in range(8) for d in "0123456789"}
    texts |= {digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in (0, 1, 2, 4, 5, 6)}
    texts.add(digits[:4] + digits[6:] + digits[4:6])
    found = set()
    for text in texts - {digits}:
        with suppress(ValueError):
            found.add(date(int(text[:4]), int(text[4:6]), int(text[6:])))
    return found - {date(1900, 1, 1), date(1970, 1, 1)}


@settings(max_examples=20, deadline=None)
@given(st.dates(date(1920, 1, 1), date(2010, 1, 1)).filter(lambda d: d != date(1970, 1, 1)))
def test_every_mistyped_date_of_birth_is_found_and_probable(dob: date) -> None:
    """One error leaves the year or the day intact, so two keys cover them all."""
    person = sam_but(dob=dob)
    for other in mistyped(dob):
        record = sam_but(dob=other)
        assert tier_of(record, person, ON) is PROBABLE
        assert lookup_keys(record) & search_keys(person)


@pytest.mark.parametrize(
    "record",
    [
        sam_but(given="Sam"),
        sam_but(surname="Testpersen", dob=date(1980, 1, 3)),
        sam_but(surname="Married"),
        sam_but(dob=None),
        sam_but(dob=None, given="Sammy"),
        sam_but(surname="Smith Testperson", dob=date(1980, 2, 1)),
    ],
)
def test_keys_find_the_person(record: Identity) -> None:
    """What scores above nothing shares a key."""
    assert lookup_keys(record) & search_keys(who(**SAM))


def test_a_person_without_a_date_of_birth_is_found_by_name() -> None:
    """Somebody on file by name and age only is a possible match of a full report."""
    person = sam_but(dob=None)
    assert lookup_keys(sam_but(given="Sam")) & search_keys(person)
    assert tier_of(sam_but(), person, ON) is POSSIBLE


def test_everything_exact_leaves_a_common_trace() -> None:
    """A late match is found by digest: by number, or by name and date of birth."""
    person = set(traces(who(**SAM), "king-county", digest))
    for record in (who(identifiers=NUMBER), sam_but(middle=None), sam_but(surname="TEST PERSON")):
        assert tier_of(record, who(**SAM), ON) is EXACT
        assert person & set(traces(record, "king-county", digest))
    assert not person & set(traces(sam_but(given="Other"), "king-county", digest))
    elsewhere = described(PersonPart(**SAM), "santa-fe", digest)
    assert not person & set(traces(elsewhere, "santa-fe", digest))


def test_a_description_is_recognized_however_it_is_written() -> None:
    """ "Not this person" holds for the same description and for no other."""
    known = identity_digest(sam_but(), "king-county", digest)
    assert identity_digest(sam_but(given="SAMUEL"), "king-county", digest) == known
    assert identity_digest(sam_but(dob=date(1980, 1, 3)), "king-county", digest) != known
    assert identity_digest(sam_but(identifiers=NUMBER), "king-county", digest) != known


def candidate(key: str, identity: Identity, *, ruled_out: bool = False) -> Candidate:
    return Candidate(key, "king-county", identity, "Sam T.", ruled_out=ruled_out)


def test_the_best_tier_decides() -> None:
    """One exact match is a match, two are a question, and whom a human ruled out is neither."""
    record = sam_but()
    exact, twin = candidate("a", sam_but()), candidate("b", sam_but(middle=None))
    probable = candidate("c", sam_but(middle=None, sex=None))
    alone = decide(record, [probable, exact], ON)
    assert (alone.candidates[0].participant_key, alone.outcome) == ("a", "matched")
    assert alone.match
    both = decide(record, [exact, twin], ON)
    assert (both.match, both.outcome) == (None, "to_review")
    assert [who.participant_key for who in both.candidates] == ["a", "b"]
    excluded = decide(record, [candidate("a", sam_but(), ruled_out=True), probable], ON)
    assert (excluded.outcome, excluded.tier) == ("to_review", PROBABLE)
    assert decide(record, [], ON) == Finding(NONE)
    assert Finding(NONE).outcome == "unmatched"
