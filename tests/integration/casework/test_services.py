"""Encounters, the directory, and services that people are referred on to."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.casework.builders import tables_containing
from tests.integration.casework.desk import SITE, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "Gloamwick"


def service(number: int, name: str, **changes: Any) -> dict[str, Any]:
    organization = {"id": f"o{number}", "name": "Harbor House", "description": "Beds"}
    return {
        "id": f"s{number}", "name": name, "status": "active", "organization": organization,
    } | changes  # fmt: skip


async def imported(desk: Desk, services: list[dict[str, Any]]) -> Any:
    return await desk.stage.client.post(
        f"/v1/directory/imports?site={SITE}",
        content=json.dumps(services),
        headers=desk.headers("program-manager", sub="pam"),
    )


async def test_an_encounter_is_kept_with_its_note_sealed(desk: Desk) -> None:
    """Scenario 22: the note is in no table and no event; who works with the person reads it."""
    key = await desk.enrolled()
    file = f"/v1/participants/{key}"
    plan = {"goals": [{"domain": "housing", "statement": "A room"}]}
    await desk.post(f"{file}/plans", desk.alice, plan)
    body = {
        "kind": "jail_visit",
        "began_at": desk.now.isoformat(),
        "minutes": 40,
        "goals": ["housing"],
        "needs_met": ["identity_documents"],
        "note": f"{CANARY} is afraid to go back",
    }
    made = await desk.post(f"{file}/encounters", desk.alice, body)
    assert "note" not in made
    [listed] = (await desk.get(f"{file}/encounters", desk.alice))["items"]
    assert (listed["id"], listed["minutes"]) == (made["id"], 40)
    shown = await desk.get(f"{file}/encounters/{made['id']}", desk.alice)
    assert shown["note"] == body["note"]
    assert await tables_containing(desk.stage, CANARY) == []
    timeline = await desk.get(f"{file}/timeline?kind=encounter", desk.alice)
    assert timeline["items"][0]["detail"]["kind"] == "jail_visit"
    other = await desk.refer()
    path = f"/v1/participants/{other}/encounters/{made['id']}"
    assert (await desk.send("GET", path, desk.alice)).status_code == 404
    for role in ("referral-desk", "privacy-officer", "liaison-prosecutor"):
        answer = await desk.send("GET", f"{file}/encounters", desk.headers(role))
        assert answer.status_code == 403


async def test_encounters_are_about_the_participant_s_own_goals(desk: Desk) -> None:
    """A goal that nobody agreed on cannot be worked on; times are times that were."""
    key = await desk.refer()
    path = f"/v1/participants/{key}/encounters"
    good = {"kind": "phone", "began_at": desk.now.isoformat(), "minutes": 5}
    for changes, code in (
        ({"goals": ["housing"]}, "goal_not_in_plan"),
        ({"minutes": 0}, "greater_than_equal"),
        ({"kind": "interrogation"}, "enum"),
        ({"began_at": (desk.now + timedelta(days=1)).isoformat()}, "in_the_future"),
        ({"began_at": "2999-01-01T00:00:00Z"}, "time_not_plausible"),
        ({"note": "a\x00"}, "nul_character"),
    ):
        answer = await desk.send("POST", path, desk.alice, good | changes)
        assert (answer.status_code, code) == (422, answer.json()["errors"][0]["code"])
    await desk.post(path, desk.alice, good)


async def test_a_package_replaces_the_directory_whole_or_not_at_all(desk: Desk) -> None:
    """What a later package leaves out is withdrawn; a faulty one changes nothing."""
    first = [service(1, "Night shelter"), service(2, "ID clinic", description="Free documents")]
    assert (await imported(desk, first)).json()["services"] == 2
    faulty = await imported(desk, [service(3, "X"), service(4, "Y", status="open")])
    assert (faulty.status_code, faulty.json()["errors"][0]["pointer"]) == (422, "/1/status")

    async def names(query: str = "") -> list[str]:
        found = await desk.get(f"/v1/directory/services{query}", desk.alice)
        return [item["name"] for item in found["items"]]

    assert await names() == ["ID clinic", "Night shelter"]
    assert await names("?q=DOCUMENTS") == ["ID clinic"]
    assert await names("?q=harbor") == ["ID clinic", "Night shelter"]
    page = await desk.get("/v1/directory/services?limit=1", desk.alice)
    query = {"limit": 1, "cursor": page["next"]}
    rest = await desk.stage.client.get("/v1/directory/services", params=query, headers=desk.alice)
    assert [item["name"] for item in rest.json()["items"]] == ["Night shelter"]
    await imported(desk, [service(2, "ID and papers")])
    assert await names() == ["ID and papers"]
    theirs = desk.headers("supervisor", "santa-fe")
    assert (await desk.get("/v1/directory/services", theirs))["items"] == []
    refused = await desk.stage.client.post(
        f"/v1/directory/imports?site={SITE}", content="[]", headers=theirs
    )
    assert refused.status_code == 403


async def test_a_city_s_package_may_be_larger_than_other_bodies(desk: Desk) -> None:
    """For whoever may send one; everybody else's body ends where all others do."""
    many = [service(n, f"Pantry {n}") | {"description": "d" * 2_000} for n in range(1_000)]
    assert (await imported(desk, many)).json()["services"] == 1_000
    content, path = json.dumps(many), f"/v1/directory/imports?site={SITE}"
    keyed = {"Idempotency-Key": "large"}
    for headers, status in (({}, 401), (desk.alice, 403), (desk.carla | keyed, 201)):
        answer = await desk.stage.client.post(path, content=content, headers=headers)
        assert answer.status_code == status


async def test_a_linkage_ends_with_the_need_met_or_a_reason(desk: Desk) -> None:
    """By the directory or by name; every step by If-Match; nothing goes back."""
    await imported(desk, [service(7, "Day center")])
    key = await desk.enrolled()
    path = f"/v1/participants/{key}/linkages"
    made = await desk.post(path, desk.alice, {"need": "housing", "service_id": "s7"})
    assert (made["service_name"], made["outcome"]) == ("Day center", "waiting")
    by_name = {"need": "family", "service_name": "Her aunt's church"}
    await desk.post(path, desk.alice, by_name)
    gone = {"need": "housing", "service_id": "s1000"}
    assert await desk.refused(path, desk.alice, gone) == (404, "no-such-service")
    for body in ({"need": "housing"}, gone | {"service_name": "x"}, {"need": "x"}):
        assert (await desk.refused(path, desk.alice, body))[0] == 422
    outcome = f"/v1/linkages/{made['id']}/outcome"
    read = desk.alice | {"If-Match": f'"{made["version"]}"'}
    assert (await desk.send("POST", outcome, read, {"outcome": "connected"})).status_code == 200
    assert (await desk.send("POST", outcome, read, {"outcome": "need_met"})).status_code == 412
    met = await desk.post(outcome, desk.alice, {"outcome": "need_met"})
    assert met["outcome"] == "need_met"
    back = await desk.refused(outcome, desk.alice, {"outcome": "connected"})
    assert back == (409, "outcome-not-possible")
    theirs = desk.headers("case-manager", "santa-fe")
    assert (await desk.refused(outcome, theirs, {"outcome": "connected"}))[0] == 404
    assert [row["need"] for row in await desk.get(path, desk.alice)] == ["family", "housing"]


async def test_a_service_that_is_not_active_is_linked_only_by_saying_why(desk: Desk) -> None:
    """A person is not sent to a door that is shut because nobody looked."""
    states = ("inactive", "defunct", "temporarily closed")
    shut = [service(n, f"Shut {n}", status=status) for n, status in enumerate(states, 20)]
    await imported(desk, [*shut, service(30, "Open")])
    path = f"/v1/participants/{await desk.enrolled()}/linkages"
    for number in (20, 21, 22):
        body = {"need": "housing", "service_id": f"s{number}"}
        answer = await desk.send("POST", path, desk.alice, body)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/service-not-active")
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/although"
        assert "waiting_list" in error["hint"]
        assert (await desk.refused(path, desk.alice, body | {"although": "because"}))[0] == 422
        made = await desk.post(path, desk.alice, body | {"although": "waiting_list"})
        assert made["although"] == "waiting_list"
    made = await desk.post(path, desk.alice, {"need": "housing", "service_id": "s30"})
    assert made["although"] is None
