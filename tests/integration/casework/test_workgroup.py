"""The work group: an agenda that builds itself, packets by release, actions with an owner."""

from datetime import timedelta

import pytest
from tests.integration.casework.builders import booking, tables_containing
from tests.integration.casework.desk import SITE, Desk, session, somebody
from tests.integration.casework.test_coordination import asked
from tests.integration.casework.test_file_pages import Words

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


async def test_the_meeting_is_held_from_a_page(desk: Desk) -> None:
    """Agenda, packet and actions by links and forms; a packet shows what the API's would."""
    person = somebody().model_copy(update={"given": "Thelonia", "surname": "Packetsmith"})
    key, uncovered = await desk.enrolled(person), await desk.refer()
    body = {"goals": [{"domain": "health", "statement": "x"}, {"domain": "housing"}]}
    body["goals"][1]["statement"] = "A room"
    await desk.post(
        f"/v1/participants/{key}/plans", desk.alice, body | {"agreed_at": desk.now.isoformat()}
    )
    chosen = {"kind": "chosen", "given": "Theo"}
    await desk.post(f"/v1/participants/{key}/names", desk.alice, chosen)
    for each in (key, uncovered):
        await desk.hear(asked(desk, each))
    agenda = await desk.page("/workgroup", desk.carla)
    text = str(Words(agenda.text))
    assert "Theo P. Active with alice Legal The prosecutor asks" in text
    assert '<option value="liaison-prosecutor|kcpao">' in agenda.text
    fields = {"recipient": "liaison-prosecutor|kcpao", "site": SITE}
    packet = await desk.form("/workgroup/packets", desk.carla, **fields)
    said = str(Words(packet.text))
    assert "42 CFR part 2" in said
    assert "Thelonia Packetsmith We work together Release" in said
    assert "Goals: housing Release" in said
    for hidden in ("Theo", uncovered, "health", "A room"):
        assert hidden not in packet.text, hidden
    account = await desk.get(f"/v1/participants/{key}/accounting", desk.petra)
    assert len(account["disclosures"]) == 1

    decided = {
        "participant_key": key,
        "owner": "ben",
        "what": "Find a room",
        "due_at": desk.local(days=3),
    }
    done = await desk.form("/workgroup/actions", desk.carla, **decided)
    assert (done.status_code, done.headers["location"]) == (303, f"/workgroup?site={SITE}")
    [told] = await desk.published(WorkgroupActionAssigned, key)
    page = await desk.page(f"/workgroup?site={SITE}", desk.ben)
    assert "Find a room ben, about Theo P." in str(Words(page.text))
    assert "Make the packet" not in page.text
    await desk.form(f"/workgroup/actions/{told.action_id}/done", desk.ben)
    assert "Find a room" not in (await desk.page("/workgroup", desk.ben)).text


async def test_the_meeting_s_page_is_for_the_program_s_own(desk: Desk) -> None:
    """A case manager makes no packet; a packet is never stored; other sites and roles get none."""
    fields = {"recipient": "liaison-prosecutor|kcpao", "site": SITE}
    assert (await desk.form("/workgroup/packets", desk.alice, **fields)).status_code == 403
    theirs = desk.headers("supervisor", "santa-fe")
    assert (await desk.form("/workgroup/packets", theirs, **fields)).status_code == 403
    assert (await desk.page(f"/workgroup?site={SITE}", theirs)).status_code == 403
    for role in ("liaison-prosecutor", "agency-reporter", "ops", "privacy-officer"):
        assert (await desk.page("/workgroup", desk.headers(role))).status_code == 403
    for wrong in ("judge|kcpao", "provider", ""):
        answer = await desk.form("/workgroup/packets", desk.carla, recipient=wrong, site=SITE)
        assert answer.status_code in (400, 422)
    keyed = session(desk.carla) | {"Idempotency-Key": "p-1"}
    answer = await desk.stage.client.post("/workgroup/packets", data=fields, headers=keyed)
    assert answer.status_code == 400
