"""Chosen, legal and other names: one is shown, all are matched."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from tests.integration.casework.builders import booking
from tests.integration.casework.desk import Desk
from tests.integration.casework.test_file_pages import Words

from casework.matching.rekeying import spell_again
from shared.events import ParticipantRecontacted, PersonPart

pytestmark = pytest.mark.asyncio(loop_scope="module")

birth_dates = (date(1960, 5, 6) + timedelta(days=373 * n) for n in count())
born = [next(birth_dates)]


@pytest.fixture(autouse=True)
def _people_of_its_own() -> None:
    """A birth date per test: one that many people carry decides nothing."""
    born[0] = next(birth_dates)


def person(given: str, surname: str) -> PersonPart:
    return PersonPart(given=given, surname=surname, dob=born[0], sex="F")


async def named(desk: Desk, key: str, kind: str, **parts: str) -> Any:
    return await desk.post(f"/v1/participants/{key}/names", desk.alice, {"kind": kind, **parts})


async def heard(desk: Desk, key: str, reported: PersonPart) -> list[str]:
    """Report somebody; the names in the alerts that this participant has by then."""
    await desk.hear(booking(reported, received_at=desk.now, occurred_at=desk.now))
    return [e.display_name for e in await desk.published(ParticipantRecontacted, key)]


async def test_a_chosen_name_is_shown_and_the_legal_one_still_matches(desk: Desk) -> None:
    """In the API, the board, the file, the agenda and the alert; whatever name the jail writes."""
    key = await desk.enrolled(person("Robert", "Quillfeather"))
    chosen = await named(desk, key, "chosen", given="Ruby")
    answer = await desk.get(f"/v1/participants/{key}", desk.alice)
    assert answer["display_name"] == "Ruby Q."
    assert answer["person"]["given"] == "Robert"
    assert "Ruby Q." in str(Words((await desk.page("/caseload", desk.alice)).text))
    assert set(chosen) == {"id", "kind", "recorded_at"}
    page = str(Words((await desk.page(f"/participants/{key}", desk.alice)).text))
    assert "Ruby Quillfeather" in page
    assert "In documents: Robert Quillfeather" in page
    assert await heard(desk, key, person("Robert", "Quillfeather")) == ["Ruby Q."]
    assert await heard(desk, key, person("Ruby", "Quillfeather")) == ["Ruby Q."] * 2
    agenda = await desk.get("/v1/workgroup/agenda?site=king-county", desk.carla)
    assert "Ruby Q." in [e["display_name"] for e in agenda if e["participant_key"] == key]
    path = f"/v1/participants/{key}/names/{chosen['id']}/withdrawal"
    assert (await desk.send("POST", path, desk.alice, {})).status_code == 204
    answer = await desk.get(f"/v1/participants/{key}", desk.alice)
    assert answer["display_name"] == "Robert Q."
    # Systems that wrote it go on writing it.
    assert await heard(desk, key, person("Ruby", "Quillfeather")) == ["Ruby Q."] * 2 + ["Robert Q."]


async def test_a_new_legal_name_keeps_the_one_before(desk: Desk) -> None:
    """Married, and reported under either name; a second chosen name ends the first."""
    key = await desk.enrolled(person("Oona", "Thistlewick"))
    await named(desk, key, "legal", given="Oona", surname="Marrowby")
    for chosen in ("Una", "Onnie"):
        await named(desk, key, "chosen", given=chosen, surname="Vane")
    kept = await desk.get(f"/v1/participants/{key}/names", desk.alice)
    told = [(n["kind"], n["given"], n["surname"], n["ended_at"] is None) for n in kept]
    assert sorted(told) == [
        ("alias", "Oona", "Thistlewick", True), ("chosen", "Onnie", "Vane", True),
        ("chosen", "Una", "Vane", False), ("legal", "Oona", "Marrowby", True),
    ]  # fmt: skip
    for surname in ("Thistlewick", "Marrowby"):
        assert (await heard(desk, key, person("Oona", surname)))[-1] == "Onnie V."
    assert len(await desk.published(ParticipantRecontacted, key)) == 2


async def test_a_report_that_waited_is_found_by_a_name_learned_later(desk: Desk) -> None:
    """Nobody is known as that yet; then the case manager is told, late."""
    key = await desk.enrolled(person("Ivy", "Larkspurling"))
    assert await heard(desk, key, person("Ivy", "Dunmorrow")) == []
    await named(desk, key, "maiden", given="Ivy", surname="Dunmorrow")
    [alert] = await desk.published(ParticipantRecontacted, key)
    assert alert.late


@pytest.mark.parametrize(
    ("told", "reported"),
    [
        (("Наталія", "Щербакова"), ("Nataliia", "Shcherbakova")),
        (("Zoë", "Núñez-Örn"), ("ZOE", "NUNEZ ORN")),
    ],
)
async def test_another_script_is_matched_in_plain_letters(
    desk: Desk, told: tuple[str, str], reported: tuple[str, str]
) -> None:
    """Cyrillic as passports romanize it, and letters with accents; shown as it was told."""
    key = await desk.enrolled(person("Nan", f"Alderthorn{told[0][:1]}"))
    await named(desk, key, "transliteration", given=told[0], surname=told[1])
    assert len(await heard(desk, key, person(*reported))) == 1
    [kept] = await desk.get(f"/v1/participants/{key}/names", desk.alice)
    assert (kept["given"], kept["surname"]) == told


async def test_other_scripts_ask_a_reviewer(desk: Desk) -> None:
    """Arabic told, Latin reported: a question that says why; a new version spells it anew."""
    key = await desk.enrolled(person("Nura", "Blackthornby"))
    await named(desk, key, "transliteration", given="عمر", surname="حسين")
    assert await heard(desk, key, person("Umar", "Hussein")) == []
    iris = desk.headers("identity-reviewer", sub="iris")
    reviews = (await desk.get("/v1/reviews?limit=200", iris))["items"]
    [review] = [review for review in reviews if review["participant_key"] == key]
    assert review["tier"] == "possible"
    assert "another_script" in review["evidence"]["doubts"]
    assert "Another script" in (await desk.page("/reviews", iris)).text
    await desk.post(f"/v1/reviews/{review['id']}/decision", iris, {"decision": "same"})
    assert len(await desk.published(ParticipantRecontacted, key)) == 1

    before = await kept(desk, key)
    assert sum(name.endswith("|r1") for name in before[0]) == 1
    async with desk.stage.transaction() as tx:
        stale = [name.replace("|r1", "|r0").replace("amar", "omer") for name in before[0]]
        await tx.raw.execute("UPDATE person SET names = $2 WHERE participant_key = $1", key, stale)
        await tx.raw.execute("DELETE FROM person_key WHERE participant_key = $1", key)
    async with desk.stage.transaction() as tx:
        await (await tx.connection()).run_sync(spell_again)
    assert await kept(desk, key) == before


async def kept(desk: Desk, key: str) -> tuple[set[str], set[str]]:
    """Names and keys on file."""
    async with desk.stage.transaction() as tx:
        names = await tx.raw.fetchval("SELECT names FROM person WHERE participant_key = $1", key)
        keys = await tx.raw.fetch("SELECT key FROM person_key WHERE participant_key = $1", key)
    return set(names), {row["key"] for row in keys}


async def test_names_are_kept_by_forms_and_refused_with_reasons(desk: Desk) -> None:
    """No empty name, no name of another file, no flood; outsiders get nothing."""
    key = await desk.enrolled(person("Petal", "Oakhurstly"))
    path = f"/v1/participants/{key}/names"
    done = await desk.form(f"/participants/{key}/names", desk.alice, kind="chosen", given="Pet")
    assert done.status_code == 303
    page = await desk.page(f"/participants/{key}", desk.alice)
    assert "Pet Oakhurstly" in page.text
    for body in ({"kind": "alias"}, {"kind": "chosen", "surname": "X"}, {"kind": "nick"}):
        assert (await desk.refused(path, desk.alice, body))[0] == 422
    [mine] = await desk.get(path, desk.alice)
    theirs = desk.headers("supervisor", "santa-fe")
    assert await desk.refused(path, theirs, {"kind": "alias", "given": "Pip"}) == (
        404, "no-such-participant",
    )  # fmt: skip
    other = await desk.refer()
    stray = f"/v1/participants/{other}/names/{mine['id']}/withdrawal"
    assert (await desk.refused(stray, desk.alice)) == (404, "no-such-name")
    for who in (desk.dana, desk.petra, desk.headers("liaison-prosecutor")):
        assert (await desk.send("GET", path, who)).status_code == 403
    for number in range(29):
        await named(desk, key, "alias", given=f"Pe{number}")
    full = await desk.refused(path, desk.alice, {"kind": "alias", "given": "One"})
    assert full == (409, "too-many-names")
