"""How sure a match is, as a table that a reviewer can read."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.matching.domain import Candidate, Finding, decide
from casework.matching.identity import (
    Identity,
    described,
    identity_digest,
    lookup_keys,
    search_keys,
    traces,
)
from casework.matching.levels import one_typo_apart
from casework.matching.scoring import score, tier_of
from shared.events import IdentifierPart, MatchTier, PersonPart
from shared.placeholders import is_no_birth_date

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
        (who(identifiers=NUMBER, dob=DOB, given="Else", surname="Entirely"), PROBABLE),
        (who(identifiers=NUMBER, given="Sam", surname="Testpersen"), EXACT),
        (who(identifiers=NUMBER, given="Else", surname="Testperson"), PROBABLE),
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


BASE: dict[str, Any] = {"identifiers": NUMBER, "dob": DOB, "sex": "M"}


@pytest.mark.parametrize("born", [DOB, None, date(1900, 12, 31), date(1970, 1, 1)])
@pytest.mark.parametrize(
    ("told", "tier"),
    [
        # Another person's papers, a twin, a slip in the number.
        ({"given": "Marcus", "surname": "Testperson"}, PROBABLE),
        ({"given": "Janet", "surname": "Testperson", "sex": "F"}, PROBABLE),
        ({"given": "Samuel", "surname": "Testperson", "sex": "F"}, PROBABLE),
        ({"given": "Samantha", "surname": "Testperson", "sex": "F"}, PROBABLE),
        ({"given": "Else", "surname": "Entirely"}, PROBABLE),
        ({"given": None, "surname": "Entirely"}, PROBABLE),
        ({"given": "Else", "surname": None}, PROBABLE),
        ({"sex": "F"}, PROBABLE),
        # The same person as others write them.
        ({}, EXACT),
        ({"given": "Samuel", "surname": "Testperson"}, EXACT),
        ({"given": "Sam", "surname": "Testperson"}, EXACT),
        ({"given": "Sammy", "surname": "Otherton"}, EXACT),
        ({"given": "S", "surname": "Testperson"}, EXACT),
        ({"given": "Samule", "surname": "Test-Person"}, EXACT),
        ({"given": "Samuell", "surname": "Tesstperson"}, EXACT),
        ({"given": "Testperson", "surname": "Samuel"}, EXACT),
        ({"given": "Samuel", "surname": "Testperson Smith"}, EXACT),
        ({"given": "Samuel", "surname": "Married"}, EXACT),
        ({"given": "James", "surname": "Testperson"}, EXACT),
        ({"given": "Samuel-James", "surname": "Testperson"}, EXACT),
        ({"given": "UNKNOWN", "surname": "UNKNOWN"}, EXACT),
        ({"given": "John", "surname": "Doe"}, EXACT),
        ({"given": "FNU", "surname": "Testperson"}, EXACT),
        ({"sex": None}, EXACT),
    ],
)
def test_a_number_is_contradicted_by_somebody_else_only(
    told: dict[str, Any], tier: MatchTier, born: date | None
) -> None:
    """With an equal date of birth, without one, and with one that means "unknown"."""
    assert tier_of(who(**(BASE | {"dob": born} | told)), who(**SAM), ON) is tier


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed", "Muhamad"), ("Steven", "Stephen"), ("Katherine", "Cathryn"),
        ("Aleksandr", "Alexander"), ("Sara", "Sarah"),
        ("Jos\u00e9", "Jose"), ("D\u2032Andre", "D'Andre"), ("Bill", "William"),
        ("Mary Ann", "Maryann"), ("Jean-Luc", "Jean Luc"),
    ],
)  # fmt: skip
def test_spelling_variants_do_not_contradict_a_number(one: str, other: str) -> None:
    """In both directions."""
    for left, right in ((one, other), (other, one)):
        record, person = (who(**(BASE | {"given": g, "surname": "Lee"})) for g in (left, right))
        assert tier_of(record, person, ON) is EXACT


VAGUE = (date(1900, 1, 1), date(1900, 12, 31), date(1901, 1, 1), date(1911, 11, 11),
         date(1969, 12, 31), date(1970, 1, 1))  # fmt: skip


@pytest.mark.parametrize("born", VAGUE)
@pytest.mark.parametrize("name", [("Samuel", "Testperson"), ("John", "Smith")])
def test_a_date_that_means_unknown_is_asked_about(born: date, name: tuple[str, str]) -> None:
    """Two namesakes, or somebody who was really born then: a question, however common the name."""
    given_name, surname = name
    record = who(given=given_name, surname=surname, dob=born, sex="M")
    assert score(record, record, ON).rule == "shares_what_says_nothing"
    assert tier_of(record, record, ON) in (POSSIBLE, PROBABLE)
    assert lookup_keys(record) & search_keys(record)
    other = who(given=given_name, surname=surname, dob=born, sex="F")
    assert tier_of(other, record, ON) is not EXACT


def test_john_doe_is_somebody_only_with_the_same_birth_date() -> None:
    """A name that means "unknown" supports nothing; a real John Doe is a question."""
    doe = who(given="John", surname="Doe", dob=DOB, sex="M")
    assert tier_of(doe, doe, ON) is POSSIBLE
    assert lookup_keys(doe) & search_keys(doe)
    other = who(given="John", surname="Doe", dob=date(1991, 3, 14), sex="M")
    assert tier_of(other, doe, ON) is NONE
    assert tier_of(who(given="Jerome", surname="Doe", dob=DOB, sex="M"), doe, ON) is not EXACT


def test_a_number_of_many_asks_and_no_more() -> None:
    """It finds, unless the name is another; what name and birth say stays."""
    person = who(**SAM)
    [number] = person.identifiers

    def told(**fields: Any) -> Identity:
        return replace(who(**fields), common=frozenset({number}))

    alone = score(told(), person, ON)
    assert (alone.tier, alone.rule) == (POSSIBLE, "number_of_many")
    named = score(told(given="Sam", surname="Testperson"), person, ON)
    assert (named.tier, named.rule) == (POSSIBLE, "number_of_many")
    assert (
        tier_of(told(given="Else", surname="Entirely", dob=date(1991, 3, 14)), person, ON) is NONE
    )
    assert (
        tier_of(told(**{k: v for k, v in SAM.items() if k != "identifiers"}), person, ON) is EXACT
    )


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
    return {born for born in found if not is_no_birth_date(born)}


@settings(max_examples=20, deadline=None)
@given(st.dates(date(1920, 1, 1), date(2010, 1, 1)).filter(lambda d: not is_no_birth_date(d)))
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
