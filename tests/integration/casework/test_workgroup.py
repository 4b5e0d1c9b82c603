"""The work group: an agenda that builds itself, packets by release, actions with an owner."""

from datetime import timedelta

import pytest
from tests.integration.casework.builders import booking, tables_containing
from tests.integration.casework.desk import SITE, Desk, somebody
from tests.integration.casework.test_coordination import asked

from shared.events import WorkgroupActionAssigned, WorkgroupActionDone

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENDA = f"/v1/workgroup/agenda?site={SITE}"


async def test_the_agenda_builds_itself(desk: Desk) -> None:
    """Open questions, contacts since the last meeting, who is looked for; nobody else."""
    person = somebody()
    asked_about, met, quiet = [await desk.enrolled(p) for p in (None, person, None)]
    lost = await desk.enrolled()
    await desk.hear(asked(desk, asked_about))
    await desk.hear(booking(person, record=f"BK-{met}", occurred_at=desk.now))
    wind = {"state": "inactive", "reason": "in_the_wind"}
    await desk.post(f"/v1/participants/{lost}/status", desk.alice, wind)
    found = {entry["participant_key"]: entry for entry in await desk.get(AGENDA, desk.alice)}
    assert found[asked_about]["kinds"] == ["coordination"]
    assert (found[met]["contacts"], found[met]["kinds"]) == (1, [])
    assert found[lost]["reason"] == "in_the_wind"
    assert quiet not in found
    await desk.wait(days=15)
    later = {entry["participant_key"] for entry in await desk.get(AGENDA, desk.alice)}
    assert asked_about in later
    assert met not in later
    theirs = desk.headers("supervisor", "santa-fe")
    assert (await desk.send("GET", AGENDA, theirs)).status_code == 403


async def test_a_packet_has_only_what_a_release_opens_to_that_attendee(desk: Desk) -> None:
    """R-19, R-05: every fact is tagged and accounted for; who signed nothing is not in it."""
    covered, other = await desk.enrolled(), await desk.refer()
    body = {
        "goals": [
            {"domain": "housing", "statement": "A room"},
            {"domain": "substance_use", "statement": "Less"},
        ],
        "agreed_at": desk.now.isoformat(),
    }
    await desk.post(f"/v1/participants/{covered}/plans", desk.alice, body)
    for key in (covered, other):
        await desk.hear(asked(desk, key))

    async def packet(attendee: str, org: str) -> dict[str, list[tuple[str, str]]]:
        path = f"/v1/workgroup/packets/{attendee}?org={org}&site={SITE}"
        made = await desk.post(path, desk.carla)
        assert "42 CFR part 2" in made["notice"]
        return {
            entry["participant_key"]: [(f["category"], f["says"]) for f in entry["facts"]]
            for entry in made["entries"]
        }

    mine = await packet("liaison-prosecutor", "kcpao")
    assert mine[covered] == [("engagement_fact", "we work together"), ("goals", "housing")]
    assert other not in mine
    assert covered not in await packet("liaison-prosecutor", "another")
    assert covered not in await packet("defense-counsel", "kcpao")
    account = await desk.get(f"/v1/participants/{covered}/accounting", desk.petra)
    [told] = account["disclosures"]
    assert told["recipient"] == "liaison-prosecutor of kcpao, work group"
    assert told["categories"] == ["engagement_fact", "goals"]
    for who in (desk.alice, desk.headers("liaison-prosecutor")):
        path = f"/v1/workgroup/packets/provider?org=x&site={SITE}"
        assert (await desk.refused(path, who))[0] == 403


async def test_an_action_has_an_owner_and_comes_back_done(desk: Desk) -> None:
    """It is the owner's open item until then; its words stay sealed, the events carry none."""
    key = await desk.enrolled()
    body = {
        "participant_key": key,
        "owner": "ben",
        "what": "Wrenmarch: ask for another court time",
        "due_at": (desk.now + timedelta(days=3)).isoformat(),
    }
    made = await desk.post("/v1/workgroup/actions", desk.carla, body)
    assert await desk.work(key) == ["workgroup_action"]
    mine = await desk.get("/v1/work?mine=true", desk.ben)
    assert made["id"] in [item["reference"] for item in mine["items"]]
    assert await tables_containing(desk.stage, "Wrenmarch") == []
    [told] = await desk.published(WorkgroupActionAssigned, key)
    assert (told.owner, str(told.action_id)) == ("ben", made["id"])
    path = f"/v1/workgroup/actions/{made['id']}/done"
    theirs = desk.headers("case-manager", "santa-fe")
    assert (await desk.refused(path, theirs))[0] == 404
    done = await desk.post(path, desk.ben)
    assert (done["done_by"], done["what"]) == ("ben", body["what"])
    assert await desk.refused(path, desk.ben) == (409, "action-done")
    assert len(await desk.published(WorkgroupActionDone, key)) == 1
    assert await desk.work(key) == []
    assert (await desk.refused("/v1/workgroup/actions", desk.alice, body))[0] == 403
