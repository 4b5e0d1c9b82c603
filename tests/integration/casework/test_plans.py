"""Plans by REST: drafted, agreed, superseded, reviewed; content stays inside."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.casework.builders import tables_containing
from tests.integration.casework.desk import Desk

from shared.events import PlanUpdated

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "Plumvixen"


def goal(**changes: Any) -> dict[str, Any]:
    return {
        "domain": "substance_use",
        "statement": f"{CANARY}: sleep through a night",
        "status": "under_way",
        "steps": [f"{CANARY} calls", {"text": f"{CANARY} drives", "owner": "case_manager"}],
        "obligations": [{"court": f"{CANARY} Municipal", "cause_number": "26-1", "what": "review"}],
    } | changes


async def test_a_draft_becomes_the_plan_when_the_participant_agrees(desk: Desk) -> None:
    """Scenario 22 and R-14: what leaves names domains; the words are nowhere but in the plan."""
    key = await desk.enrolled()
    path = f"/v1/participants/{key}/plans"
    draft = await desk.post(path, desk.alice, {"goals": [goal()]})
    assert (draft["version"], draft["agreed_at"]) == (1, None)
    assert await desk.published(PlanUpdated, key) == []
    agreed = {"agreed_at": desk.now.isoformat()}
    await desk.post(f"{path}/1/agreement", desk.alice, agreed)
    again = await desk.refused(f"{path}/1/agreement", desk.alice, agreed)
    assert again == (409, "plan-already-agreed")
    [told] = await desk.published(PlanUpdated, key)
    assert (told.plan_version, told.domains) == (1, ("substance_use",))
    assert PlanUpdated.open_fields == {"plan_id", "plan_version", "domains"}
    assert await tables_containing(desk.stage, CANARY) == []
    plan = await desk.get(f"{path}/1", desk.alice)
    [said] = plan["goals"]
    assert [(step["text"], step["owner"]) for step in said["steps"]] == [
        (f"{CANARY} calls", "participant"), (f"{CANARY} drives", "case_manager"),
    ]  # fmt: skip
    assert said["obligations"][0]["cause_number"] == "26-1"


async def test_the_next_agreed_version_supersedes_the_last(desk: Desk) -> None:
    """And only the newest can be agreed to."""
    key = await desk.enrolled()
    path = f"/v1/participants/{key}/plans"
    at = desk.now.isoformat()
    await desk.post(path, desk.alice, {"goals": [goal()], "agreed_at": at})
    await desk.post(path, desk.alice, {"goals": [goal(domain="housing")]})
    await desk.post(path, desk.alice, {"goals": [goal(domain="family")]})
    stale = await desk.refused(f"{path}/2/agreement", desk.alice, {"agreed_at": at})
    assert stale == (409, "not-the-newest")
    await desk.post(f"{path}/3/agreement", desk.alice, {"agreed_at": at})
    versions = await desk.get(path, desk.alice)
    assert [(v["version"], bool(v["agreed_at"]), bool(v["superseded_at"])) for v in versions] == [
        (3, True, False), (2, False, False), (1, True, True),
    ]  # fmt: skip
    assert "goals" not in versions[0]
    missing = await desk.send("GET", f"{path}/4", desk.alice)
    assert missing.json()["type"] == "/problems/no-such-version"
    future = {"agreed_at": (desk.now + timedelta(days=1)).isoformat()}
    assert (await desk.refused(f"{path}/3/agreement", desk.alice, future))[0] == 422


async def test_the_review_clock_asks_and_agreeing_answers(desk: Desk) -> None:
    """T13: 90 days after the last agreed version, or on the day that was agreed."""
    key = await desk.enrolled()
    path = f"/v1/participants/{key}/plans"
    body = {"goals": [goal()], "agreed_at": desk.now.isoformat()}
    await desk.post(path, desk.alice, body)
    await desk.wait(days=89)
    assert await desk.work(key) == []
    await desk.wait(days=2)
    assert await desk.work(key) == ["plan_review"]
    soon = (desk.now + timedelta(days=10)).date().isoformat()
    body = {"goals": [goal()], "agreed_at": desk.now.isoformat(), "review_on": soon}
    await desk.post(path, desk.alice, body)
    assert await desk.work(key) == []
    await desk.wait(days=11)
    assert await desk.work(key) == ["plan_review"]


async def test_plans_are_for_those_who_work_with_the_person(desk: Desk) -> None:
    """Nobody else reads one, and a text that cannot be kept is refused."""
    key = await desk.enrolled()
    path = f"/v1/participants/{key}/plans"
    await desk.post(path, desk.alice, {"goals": [goal()]})
    for role in ("referral-desk", "liaison-prosecutor", "privacy-officer", "ops"):
        for where in (path, f"{path}/1", f"{path}/current"):
            assert (await desk.send("GET", where, desk.headers(role))).status_code == 403
    assert (await desk.send("GET", path, desk.headers("supervisor", "santa-fe"))).status_code == 404
    bad = {"goals": [goal(statement="a\x00b")]}
    assert (await desk.refused(path, desk.alice, bad))[0] == 422
