"""Birth date, sex and numbers are put right; who comes back is recognized and erased whole."""

from datetime import date

import pytest
from tests.integration.casework.desk import Desk
from tests.integration.casework.test_learning import (
    numbered,
    outcome,
    report,
    somebody,
)

from shared.events import IdentityCorrected, ParticipantErased

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_birth_date_is_corrected_on_a_page_with_history(desk: Desk) -> None:
    """Reports that waited are matched, those of others taken back; what was stays on file."""
    right = somebody()
    assert right.dob is not None
    wrong = right.model_copy(update={"dob": right.dob.replace(year=right.dob.year - 11)})
    key = await desk.refer(wrong)
    waiting, theirs = await report(desk, right), await report(desk, wrong)
    assert (await outcome(desk, waiting))[0] != "matched"
    assert await outcome(desk, theirs) == ("matched", key)
    file = f"/participants/{key}"
    assert "Birth date, sex, numbers" in (await desk.page(file, desk.alice)).text
    done = await desk.form(
        f"{file}/corrections", desk.alice, dob=right.dob.isoformat(), reason="their passport"
    )
    assert done.status_code == 303, done.text
    assert await outcome(desk, waiting) == ("matched", key)
    assert await outcome(desk, await report(desk, right)) == ("matched", key)
    assert (await outcome(desk, await report(desk, wrong)))[0] != "matched"
    [made] = await desk.get(f"/v1{file}/corrections", desk.alice)
    assert wrong.dob is not None
    assert (made["old_value"], made["new_value"]) == (wrong.dob.isoformat(), right.dob.isoformat())
    assert (made["corrected_by"], made["reason"], made["field"]) == (
        "alice",
        "their passport",
        "dob",
    )
    assert "their passport" in (await desk.page(file, desk.alice)).text


async def test_sex_and_unknown_dates(desk: Desk) -> None:
    """By API: both at once, taken away, and refused with a reason."""
    person = somebody()
    key = await desk.refer(person)
    path = f"/v1/participants/{key}/corrections"
    done = await desk.post(path, desk.carla, {"dob": None, "sex": "F", "reason": "told us"})
    assert sorted(made["field"] for made in done) == ["dob", "sex"]
    shown = (await desk.get(f"/v1/participants/{key}", desk.alice))["person"]
    assert (shown["dob"], shown["sex"]) == (None, "F")
    again = await desk.refused(path, desk.carla, {"sex": "F", "reason": "told us"})
    assert again == (409, "nothing-to-correct")
    for body in (
        {"reason": "nothing"},
        {"dob": "1980-02-02"},
        {"dob": "2020-02-02", "reason": "a child"},
        {"dob": "2999-02-02", "reason": "the future"},
        {"dob": "1850-02-02", "reason": "too old"},
        {"dob": "0", "reason": "digits"},
        {"sex": "Q", "reason": "unheard of"},
    ):
        assert (await desk.refused(path, desk.carla, body))[0] == 422, body
    theirs = desk.headers("supervisor", "santa-fe")
    asked = {"sex": "M", "reason": "elsewhere"}
    assert (await desk.refused(path, theirs, asked))[0] == 404
    for who in (desk.dana, desk.petra, desk.headers("liaison-prosecutor")):
        assert (await desk.send("GET", path, who)).status_code == 403


async def test_a_number_is_removed_for_good_and_added_again(desk: Desk) -> None:
    """Reports by it are taken back, it is not learned again, and nobody ever reads it."""
    person = somebody()
    value = "REMOVE-48213"
    key = await desk.refer(numbered(value, person))
    alone = await report(desk, numbered(value))
    assert await outcome(desk, alone) == ("matched", key)
    path = f"/v1/participants/{key}/numbers"
    [number] = await desk.get(path, desk.alice)
    assert (number["system"], number["reported"]) == ("spd-local", True)
    form = f"/participants/{key}/numbers/{number['id']}/removal"
    done = await desk.form(form, desk.alice, reason="their brother's")
    assert done.status_code == 303, done.text
    assert await outcome(desk, alone) == ("unmatched", None)
    [corrected] = await desk.published(IdentityCorrected, key)
    assert (corrected.receipt, corrected.correction) == (alone.receipt, "corrected")
    await report(desk, numbered(value, person))
    await desk.wait(seconds=1)
    assert await desk.get(path, desk.alice) == []
    added = {"system": "SPD-local", "value": value, "reason": "theirs after all"}
    await desk.post(path, desk.alice, added)
    assert await outcome(desk, await report(desk, numbered(value))) == ("matched", key)
    page = await desk.page(f"/participants/{key}", desk.alice)
    assert value not in page.text
    history = await desk.get(f"/v1/participants/{key}/corrections", desk.alice)
    assert [made["reason"] for made in history] == ["theirs after all", "their brother's"]
    for body in (
        added | {"value": "1234567"},
        added | {"value": "UNKNOWN"},
        added | {"system": "fbi"},
        {"system": "spd-local", "reason": "no value"},
    ):
        assert (await desk.refused(path, desk.alice, body))[0] == 422, body
    gone = await desk.refused(f"{path}/{'0' * 16}/removal", desk.alice, {"reason": "not there"})
    assert gone == (404, "no-such-number")


async def leave(desk: Desk, key: str, reason: str = "by_participant") -> None:
    body = {"state": "exited", "reason": reason}
    await desk.post(f"/v1/participants/{key}/status", desk.alice, body)


async def test_who_comes_back_is_recognized(desk: Desk) -> None:
    """A new file that links the earlier ones, is found by what they knew, and can be parted."""
    person = somebody()
    first = await desk.enrolled(numbered("BACK-50231", person))
    await leave(desk, first)
    second = await desk.enrolled(person)
    assert second != first
    await leave(desk, second)
    third = await desk.refer(person)
    former = await desk.get(f"/v1/participants/{third}/former-files", desk.alice)
    assert {each["participant_key"] for each in former} == {first, second}
    assert {each["why"] for each in former} == {"referred again after leaving"}
    page = await desk.page(f"/participants/{third}", desk.alice)
    assert "Earlier files" in page.text
    assert f"/participants/{first}" in page.text
    assert await outcome(desk, await report(desk, numbered("BACK-50231"))) == ("matched", third)
    iris = desk.headers("identity-reviewer", sub="iris")
    await desk.post("/v1/people/unmerge", iris, {"participant_key": first})
    assert await outcome(desk, await report(desk, numbered("BACK-50231"))) == ("unmatched", None)


async def test_who_died_or_is_another_is_not_linked(desk: Desk) -> None:
    """And namesakes without a third agreement are not the same person."""
    person = somebody()
    died = await desk.enrolled(person)
    await leave(desk, died, "deceased")
    new = await desk.refer(person)
    assert await desk.get(f"/v1/participants/{new}/former-files", desk.alice) == []
    other = somebody()
    await leave(desk, await desk.enrolled(other))
    namesake = await desk.refer(other.model_copy(update={"dob": date(1961, 6, 23)}))
    assert await desk.get(f"/v1/participants/{namesake}/former-files", desk.alice) == []


@pytest.mark.parametrize("asked", [0, 1, 2])
async def test_erasure_finds_every_file_and_says_what_remains(desk: Desk, asked: int) -> None:
    """Whichever file is named: the one before, the one since, and the one merged into it."""
    person, twin = somebody(), somebody()
    first = await desk.enrolled(person)
    await leave(desk, first)
    second, merged = await desk.enrolled(person), await desk.enrolled(twin)
    iris = desk.headers("identity-reviewer", sub="iris")
    body = {"merged": merged, "into": second, "reason": "same card"}
    await desk.post("/v1/people/merge", iris, body)
    files = [first, second, merged]
    key = files[asked]
    path = f"/v1/participants/{key}/erasure"
    body = {"reason": "participant_asked", "confirm": key}
    answer = await desk.send("POST", path, desk.petra, body)
    assert answer.status_code == 202, answer.text
    erasure = answer.json()
    assert erasure["files"][0] == key
    assert sorted(erasure["files"]) == sorted(files)
    assert len(erasure["remains"]) >= 5
    assert all(each["what"] and each["why"] for each in erasure["remains"])
    told = {event.subject for event in await desk.stage.published(ParticipantErased)}
    assert set(files) <= told
    for each in files:
        assert (await desk.send("GET", f"/v1/participants/{each}", desk.alice)).status_code == 410
        shown = await desk.get(f"/v1/participants/{each}/erasure", desk.petra)
        assert shown["id"] == erasure["id"]
        [row] = await desk.stage.rows("SELECT * FROM person WHERE participant_key = $1", each)
        assert (row["given"], row["dob"], row["names"]) == (None, None, [])
    new = await desk.refer(person)
    assert await desk.get(f"/v1/participants/{new}/former-files", desk.alice) == []


async def test_erasure_names_files_that_look_like_the_same_person(desk: Desk) -> None:
    """Linked by nobody, they are not erased; somebody has to look."""
    person = somebody()
    first = await desk.enrolled(person)
    await leave(desk, first)
    second = await desk.refer(person)
    iris = desk.headers("identity-reviewer", sub="iris")
    await desk.post("/v1/people/unmerge", iris, {"participant_key": first})
    body = {"reason": "participant_asked", "confirm": second}
    answer = await desk.send("POST", f"/v1/participants/{second}/erasure", desk.petra, body)
    assert (answer.json()["files"], answer.json()["maybe"]) == ([second], [first])
