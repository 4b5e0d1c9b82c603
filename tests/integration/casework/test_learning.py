"""What is learned of people, from whom; how it is undone; and what many carry decides nothing."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from tests.integration.casework.builders import booking
from tests.integration.casework.desk import Desk

from shared.events import (
    AlertDisowned,
    ContactReported,
    IdentifierPart,
    ParticipantRecontacted,
    PersonPart,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

_people = count(1)
SYLLABLES = ("ba", "do", "fi", "gu", "ke", "la", "mo", "nu", "pe", "ri")


def word(number: int) -> str:
    """A name that no other number has, and that sounds like no other."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:03}").capitalize()


def somebody(**changes: Any) -> PersonPart:
    number = next(_people)
    values = {
        "given": word(number),
        "surname": word(number * 7 % 1000) + "son",
        "dob": date(1950 + number % 45, 1 + number % 12, 2 + number % 26),
        "sex": "M",
    }
    return PersonPart(**(values | changes))


def numbered(value: str, person: PersonPart | None = None) -> PersonPart:
    number = (IdentifierPart(system="spd-local", value=value),)
    return (person or PersonPart()).model_copy(update={"identifiers": number})


def mistyped(person: PersonPart) -> PersonPart:
    assert person.dob is not None
    return person.model_copy(update={"dob": person.dob.replace(year=person.dob.year + 1)})


async def report(desk: Desk, person: PersonPart) -> ContactReported:
    event = booking(
        person, record=f"BK-{new_id().hex[-9:]}", occurred_at=desk.now, received_at=desk.now
    )
    await desk.hear(event)
    return event


async def outcome(desk: Desk, event: ContactReported) -> tuple[str, str | None]:
    """What it turned out to be, and about whom."""
    [row] = await desk.stage.rows(
        "SELECT outcome, participant_key FROM contact WHERE receipt = $1", event.receipt
    )
    return row["outcome"], row["participant_key"]


async def questions(desk: Desk, event: ContactReported) -> list[Any]:
    iris = desk.headers("identity-reviewer", sub="iris")
    found = await desk.get("/v1/reviews?limit=200", iris)
    return [item for item in found["items"] if item["receipt"] == str(event.receipt)]


async def say(desk: Desk, event: ContactReported, decision: str) -> None:
    [question] = await questions(desk, event)
    iris = desk.headers("identity-reviewer", sub="iris")
    await desk.post(f"/v1/reviews/{question['id']}/decision", iris, {"decision": decision})


async def people(desk: Desk, what: str, **body: str) -> None:
    await desk.post(f"/v1/people/{what}", desk.headers("identity-reviewer", sub="iris"), body)


@pytest.mark.parametrize("other", [{"sex": "F"}, {"sex": None}, {"middle": "Q"}, {}])
async def test_same_answers_the_question_for_good(desk: Desk, other: dict[str, Any]) -> None:
    """A mistyped date of birth, or another sex: asked once, then matched by itself."""
    person = somebody()
    key = await desk.refer(person)
    told = mistyped(person) if other != {"sex": "F"} else person.model_copy(update=other)
    first, waiting = await report(desk, told), await report(desk, told)
    assert (await outcome(desk, first))[0] == "to_review"
    await say(desk, first, "same")
    assert await outcome(desk, waiting) == ("matched", key), "the other question is answered too"
    for again in (told, told.model_copy(update=other if other.get("sex") != "F" else {})):
        if again.sex is None and again.middle is None:
            continue  # without a third agreement a name and a date are never sure
        assert await outcome(desk, await report(desk, again)) == ("matched", key)
    numbers_too = numbered(f"L-{key[-6:]}7", told)
    assert await outcome(desk, await report(desk, numbers_too)) == (
        ("matched", key) if told.sex == "M" else ("to_review", None)
    )


async def test_different_is_never_asked_again(desk: Desk) -> None:
    """The same description, whoever sends it; another description is another question."""
    person = somebody()
    key = await desk.refer(person)
    first = await report(desk, mistyped(person))
    await say(desk, first, "different")
    again = await report(desk, mistyped(person))
    assert await outcome(desk, again) == ("unmatched", None)
    assert await outcome(desk, await report(desk, person)) == ("matched", key)


@pytest.mark.parametrize("into_first", [True, False])
async def test_unmerging_gives_each_what_each_learned(desk: Desk, into_first: bool) -> None:
    """Numbers of a referral and of a decision during the merge belong to whom they resembled."""
    one, other = somebody(), somebody()
    keys = [await desk.refer(one), await desk.refer(other)]
    merged, into = keys if into_first else reversed(keys)
    await people(desk, "merge", merged=merged, into=into, reason="we think")
    numbers = {}
    for index, person in enumerate((one, other)):
        referred = f"A{index}-{keys[0][-5:]}9"
        await desk.refer(numbered(referred, person))
        confirmed = f"B{index}-{keys[0][-5:]}9"
        question = await report(desk, numbered(confirmed, mistyped(person)))
        assert await outcome(desk, question) == ("to_review", None)
        await say(desk, question, "same")
        numbers[keys[index]] = (question, referred, confirmed)
    for question, *values in numbers.values():
        assert await outcome(desk, question) == ("matched", into)
        for value in values:
            assert await outcome(desk, await report(desk, numbered(value))) == ("matched", into)
    await people(desk, "unmerge", participant_key=merged)
    for person, key in zip((one, other), keys, strict=True):
        question, *values = numbers[key]
        assert await outcome(desk, question) == ("matched", key)
        for told in (person, mistyped(person), *map(numbered, values)):
            assert await outcome(desk, await report(desk, told)) == ("matched", key)
        referrals = await desk.stage.rows(
            "SELECT FROM attached_referral WHERE participant_key = $1", key
        )
        assert len(referrals) == 2


async def test_a_number_that_comes_with_an_exact_match_is_learned(desk: Desk) -> None:
    """Also for a report that waited with it; and unlearned when the alert was about a stranger."""
    person = somebody()
    key = await desk.refer(person)
    value = f"N-{key[-6:]}4"
    waiting = await report(desk, numbered(value))
    assert await outcome(desk, waiting) == ("unmatched", None)
    teacher = await report(desk, numbered(value, person))
    await desk.wait(seconds=1)
    assert await outcome(desk, waiting) == ("matched", key)
    assert await outcome(desk, await report(desk, numbered(value))) == ("matched", key)
    wrong = AlertDisowned(
        site=teacher.site, subject=key, occurred_at=desk.now, alert_id=new_id(),
        receipt=teacher.receipt, disowned_by="alice",
    )  # fmt: skip
    await desk.hear(wrong)
    await say(desk, teacher, "different")
    assert await outcome(desk, await report(desk, numbered(value))) == ("unmatched", None)


async def test_a_number_of_somebody_else_is_not_learned(desk: Desk) -> None:
    """It would make both uncertain."""
    person, owner = somebody(), somebody()
    key, theirs = await desk.refer(person), f"O-{next(_people)}5823"
    owner_key = await desk.refer(numbered(theirs, owner))
    await report(desk, numbered(theirs, person))
    await desk.wait(seconds=1)
    assert await outcome(desk, await report(desk, numbered(theirs))) == ("matched", owner_key)
    assert key != owner_key


@pytest.mark.parametrize("before", [True, False])
async def test_a_number_of_many_is_a_question(desk: Desk, before: bool) -> None:
    """Three people carry it: whether they came before the participant or after."""
    person = somebody()
    value = f"DESK-{next(_people)}71"
    strangers = [numbered(value, somebody()) for _ in range(2)]
    if before:
        for stranger in strangers:
            await report(desk, stranger)
    key = await desk.refer(numbered(value, person))
    if not before:
        assert await outcome(desk, await report(desk, numbered(value))) == ("matched", key)
        for stranger in strangers:
            assert (await outcome(desk, await report(desk, stranger)))[0] == "to_review"
    alone = await report(desk, numbered(value))
    assert await outcome(desk, alone) == ("to_review", None)
    [question] = await questions(desk, alone)
    assert question["evidence"]["rule"] == "number_of_many"
    page = await desk.page("/reviews", desk.headers("identity-reviewer"))
    assert "several other people were reported with it too" in page.text
    assert await outcome(desk, await report(desk, numbered(value, person))) == ("matched", key)
    assert (await outcome(desk, await report(desk, numbered(value, somebody()))))[0] == "unmatched"


async def test_one_person_of_many_names_keeps_their_number(desk: Desk) -> None:
    """What a reviewer says is the same person is not one more person; nor is a nickname."""
    person = somebody()
    value = f"MANY-{next(_people)}82"
    key = await desk.refer(numbered(value, person))
    for _ in range(4):
        alias = await report(desk, numbered(value, somebody(dob=person.dob)))
        if await questions(desk, alias):
            await say(desk, alias, "same")
        assert await outcome(desk, alias) == ("matched", key)
    assert await outcome(desk, await report(desk, numbered(value))) == ("matched", key)


async def test_a_date_of_many_is_a_question(desk: Desk) -> None:
    """Eight people of one date where others have dates of their own: a date somebody made up."""
    born = date(1971, 9, 17)
    crowd = [somebody(dob=born) for _ in range(8)]
    keys = [await desk.refer(person) for person in crowd[:3]]
    assert await outcome(desk, await report(desk, crowd[0])) == ("matched", keys[0])
    for stranger in crowd[3:]:
        await report(desk, stranger)
    asked = await report(desk, crowd[0])
    assert await outcome(desk, asked) == ("to_review", None)
    [question] = await questions(desk, asked)
    assert question["evidence"]["rule"] == "shares_what_says_nothing"
    other = somebody()
    key = await desk.refer(other)
    assert await outcome(desk, await report(desk, other)) == ("matched", key)


async def test_of_who_carries_a_value_little_is_kept_and_not_for_long(desk: Desk) -> None:
    """16 bits each, only of values on file, for ninety days; nothing of a stranger's number."""
    person, value = somebody(), f"KEPT-{next(_people)}93"
    await desk.refer(numbered(value, person))
    await desk.stage.rows("SELECT 1")
    before = await bearers(desk)
    await report(desk, numbered("STRANGER-5521", somebody(dob=date(1933, 3, 3))))
    assert await bearers(desk) == before
    await report(desk, numbered(value, somebody(dob=date(1933, 3, 4))))
    assert await bearers(desk) == before + 1
    await desk.wait(days=91)
    rows = await desk.stage.rows("SELECT FROM value_bearer WHERE forget_at IS NOT NULL")
    assert rows == []


async def bearers(desk: Desk) -> int:
    return len(await desk.stage.rows("SELECT FROM value_bearer"))


async def test_evidence_is_computed_from_what_is_shown(desk: Desk) -> None:
    """The page's bars follow the file; and where an alias agrees best, the alias is shown."""
    person = somebody(aliases=("Zebulon Quackenbush",))
    key = await desk.refer(person)
    told = person.model_copy(
        update={"given": "Zebulon", "surname": "Quackenbusch", "aliases": (), "sex": None}
    )
    asked = await report(desk, told)
    [question] = await questions(desk, asked)
    page = await desk.page("/reviews", desk.headers("identity-reviewer"))
    assert "Quackenbush" in page.text, "the name that was compared"
    assert f"{person.given} {person.surname}" in page.text, "the main name beside it"
    async with desk.stage.transaction() as tx:
        await tx.raw.execute("UPDATE person SET dob = NULL WHERE participant_key = $1", key)
    [now] = await questions(desk, asked)
    fields = {part["field"] for part in question["evidence"]["parts"]}
    assert fields - {part["field"] for part in now["evidence"]["parts"]} == {"dob"}
    assert now["evidence"]["doubts"] == ["birth_date_unknown"]


async def test_a_question_while_merged_is_about_whom_it_resembles(desk: Desk) -> None:
    """Unmerged before it was answered, it is asked about that person."""
    one, other = somebody(), somebody()
    keys = [await desk.refer(one), await desk.refer(other)]
    await people(desk, "merge", merged=keys[0], into=keys[1], reason="we think")
    asked = await report(desk, mistyped(one))
    await people(desk, "unmerge", participant_key=keys[0])
    [question] = await questions(desk, asked)
    assert question["participant_key"] == keys[0]
    await say(desk, asked, "same")
    [told] = [
        event
        for event in await desk.stage.published(ParticipantRecontacted)
        if event.receipt == asked.receipt
    ]
    assert told.subject == keys[0]
    assert isinstance(told.receipt, UUID)
