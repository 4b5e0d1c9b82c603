"""An exit is asked for once more, and undone within a day with all that it ended."""

from datetime import timedelta

import pytest
from tests.integration.casework.desk import Desk, somebody
from tests.integration.casework.test_file_pages import read

from shared.events import ConsentReinstated, ConsentRevoked, ParticipantStatusChanged

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPLETED = ("goals_reached", "moved_away", "cannot_be_located")


async def leave(desk: Desk, key: str, reason: str) -> None:
    body = {"state": "exited", "reason": reason}
    await desk.post(f"/v1/participants/{key}/status", desk.alice, body)


async def standing(desk: Desk, key: str) -> dict[str, object]:
    file = await desk.get(f"/v1/participants/{key}", desk.carla)
    consents = await desk.get(f"/v1/participants/{key}/consents", desk.carla)
    return {
        "state": (file["state"], file["reason"]),
        "with": (file["case_manager"], file["backup"]),
        "items": await desk.work(key),
        "consents": [consent["state"] for consent in consents],
    }


@pytest.mark.parametrize("reason", [*COMPLETED, "by_participant", "deceased"])
async def test_undoing_restores_what_the_exit_ended(desk: Desk, reason: str) -> None:
    """Status with its reason, case manager, open items, releases; others hear of each."""
    key = await desk.enrolled()
    body = {"state": "inactive", "reason": "in_the_wind"}
    await desk.post(f"/v1/participants/{key}/status", desk.alice, body)
    action = {"participant_key": key, "owner": "alice", "what": "Call the landlord",
              "due_at": (desk.now + timedelta(days=3)).isoformat()}  # fmt: skip
    await desk.post("/v1/workgroup/actions", desk.carla, action)
    before = await standing(desk, key)
    await leave(desk, key, reason)
    during = await standing(desk, key)
    assert (during["state"], during["items"]) == (("exited", reason), [])
    await desk.wait(hours=23)
    undo = {"reason": "not_so"}
    back = await desk.post(f"/v1/participants/{key}/exit/undo", desk.alice, undo)
    assert (back["state"], back["reason"]) == ("inactive", "in_the_wind")
    assert await standing(desk, key) == before
    heard = [(e.status, e.reason) for e in await desk.published(ParticipantStatusChanged, key)]
    assert heard[-2:] == [("exited", reason), ("inactive", "in_the_wind")]
    ended = len(await desk.published(ConsentRevoked, key))
    assert len(await desk.published(ConsentReinstated, key)) == ended == int(reason == "deceased")


async def test_an_exit_before_enrollment_is_undone_too(desk: Desk) -> None:
    """And a clock that ran out while the file was closed asks now."""
    key = await desk.refer(occurred_at=desk.now - timedelta(days=22, hours=20))
    await leave(desk, key, "cannot_be_located")
    await desk.wait(hours=12)
    assert await desk.work(key) == []
    await desk.post(f"/v1/participants/{key}/exit/undo", desk.alice, {"reason": "came_back"})
    await desk.wait(seconds=1)
    assert (await standing(desk, key))["state"] == ("referred", None)
    assert "intake_due" in await desk.work(key)


async def test_an_exit_stands_after_a_day_and_without_one_there_is_nothing_to_undo(
    desk: Desk,
) -> None:
    key = await desk.enrolled()
    undo = f"/v1/participants/{key}/exit/undo"
    assert await desk.refused(undo, desk.alice, {"reason": "not_so"}) == (409, "exit-stands")
    await leave(desk, key, "goals_reached")
    answer = await desk.send("POST", undo, desk.alice, {"reason": "because"})
    assert answer.status_code == 422
    await desk.wait(hours=24)
    assert await desk.refused(undo, desk.alice, {"reason": "not_so"}) == (409, "exit-stands")


async def test_a_page_asks_before_somebody_leaves_and_offers_to_undo_it(desk: Desk) -> None:
    """By plain forms: nothing happens without the tick, and the file says how long there is."""
    key = await desk.enrolled(somebody())
    file = f"/participants/{key}"
    assert "They leave the program" in (await desk.page(file, desk.alice)).text
    asked = await read(desk, f"{file}/exit", desk.alice)
    assert "Completed: goals reached" in asked
    refused = await desk.form(f"{file}/exit", desk.alice, reason="goals_reached")
    assert refused.status_code == 422
    assert "Tick this when you have read what ends." in refused.text
    assert (await standing(desk, key))["state"] == ("active", None)
    done = await desk.form(f"{file}/exit", desk.alice, reason="goals_reached", confirmed="true")
    assert (done.status_code, done.headers["location"]) == (303, file)
    closed = await read(desk, file, desk.alice)
    assert "Exited, completed: goals reached" in closed
    assert "It can be undone" in closed
    back = await desk.form(f"{file}/exit/undo", desk.alice, reason="by_mistake")
    assert back.status_code == 303
    text = await read(desk, file, desk.alice)
    assert "Exit undone, recorded by mistake" in text
    assert "It can be undone" not in text


async def test_the_status_form_no_longer_ends_anything_at_once(desk: Desk) -> None:
    """Old tabs are led to the page that asks."""
    key = await desk.enrolled()
    answer = await desk.form(f"/participants/{key}/status", desk.alice, status="exited:deceased")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/participants/{key}/exit")
    assert (await standing(desk, key))["state"] == ("active", None)
