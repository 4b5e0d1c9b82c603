"""The caseload board, a person's file and its forms, by plain links and forms."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from tests.integration.casework.desk import Desk, session
from tests.integration.casework.test_coordination import asked

from shared.events import CoordinationReplied, IdentifierPart, PersonPart, PlanUpdated
from shared.page_time import form_time

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.parts).split())


def named(number: str) -> PersonPart:
    identifiers = (IdentifierPart(system="spd-local", value=f"P-{number}"),)
    return PersonPart(given="Wilhelmina", surname=f"Quorn{number}", identifiers=identifiers)


async def read(desk: Desk, path: str, who: dict[str, str]) -> str:
    answer = await desk.page(path, who)
    assert answer.status_code == 200, answer.text
    title = answer.text.partition("<title>")[2].partition("</title>")[0]
    assert "Wilhelmina" not in title
    assert len(answer.text) < 60_000
    return str(Words(answer.text))


async def test_the_board_shows_who_has_whom_and_what_is_due(desk: Desk) -> None:
    """A supervisor sees the team and who waits; a case manager their own, by initial only."""
    waiting = await desk.refer(named("b1"), occurred_at=desk.now - timedelta(days=40))
    await desk.enrolled(named("b2"))
    await desk.wait(seconds=1)
    board = await read(desk, "/caseload", desk.carla)
    assert "Team alice 1 of 25 , 1 active" in board
    assert "Without a case manager Wilhelmina Q. Referred" in board
    assert "Overdue" in board
    assert "Quorn" not in board
    own = await read(desk, "/caseload", desk.alice)
    assert "Your participants Wilhelmina Q. Active nothing open" in own
    assert "Team" not in own
    empty = await read(desk, "/caseload", desk.headers("case-manager", sub="zoe"))
    assert "Nobody here." in empty
    page = await desk.page("/caseload", desk.carla)
    assert f"/participants/{waiting}" in page.text


async def test_a_file_from_intake_to_plan_without_script(desk: Desk) -> None:
    """Every form ends at the file; what was done is in the one timeline."""
    key = await desk.refer(named("f1"))
    file = f"/participants/{key}"
    assert "No case manager" in await read(desk, file, desk.carla)
    done = await desk.form(f"{file}/assignment", desk.carla, case_manager="alice", backup="ben")
    assert (done.status_code, done.headers["location"]) == (303, file)
    now = form_time(desk.now, "king-county")
    await desk.form(
        f"{file}/intake", desk.alice, completed_at="2020-01-01T10:00", domains=["housing", "legal"]
    )
    consented = await desk.form(
        f"{file}/consents", desk.alice, org="kcpao", role="liaison-prosecutor",
        purpose="case_coordination", template_version="roi-1", evidence="paper 7",
        categories=["goals", "engagement_fact"],
    )  # fmt: skip
    assert consented.headers["location"] == f"{file}/consents"
    goal = {"domain": ["housing", "family"], "statement": ["A room of my own", ""]}
    await desk.form(
        f"{file}/plan", desk.alice, **goal, steps=["Apply\nCall Ana", ""], agreed="true"
    )
    await desk.form(
        f"{file}/encounters", desk.alice, kind="in_person", began_at=now, minutes="25",
        goals=["housing"], note="Met at the library",
    )  # fmt: skip
    await desk.form(f"{file}/status", desk.alice, status="inactive:in_the_wind")
    text = await read(desk, file, desk.alice)
    for words in (
        "Wilhelmina Quornf1", "Inactive, in the wind", "“A room of my own”", "Call Ana",
        "1 in force.", "Intake completed: housing, legal matters", "Plan, version 1: housing",
        "In person, 25 min, by alice", "Case manager is alice, backup ben",
    ):  # fmt: skip
        assert words in text, words
    assert "Met at the library" not in text
    assert len(await desk.published(PlanUpdated, key)) == 1
    only = await read(desk, f"{file}?kind=plan", desk.alice)
    assert "Plan, version 1" in only
    assert "Case manager is alice" not in only
    assert "may be told goals, that we work together" in await read(
        desk, f"{file}/consents", desk.alice
    )


async def test_a_release_is_taken_back_by_a_button(desk: Desk) -> None:
    """And the page says that nothing may be told any more."""
    key = await desk.enrolled(named("c1"))
    [consent] = await desk.get(f"/v1/participants/{key}/consents", desk.alice)
    await desk.form(f"/consents/{consent['id']}/revocation", desk.alice, channel="phone")
    assert "Taken back" in await read(desk, f"/participants/{key}/consents", desk.alice)
    file = await read(desk, f"/participants/{key}", desk.alice)
    assert "None in force: nothing may be told" in file


async def test_the_plan_s_form_keeps_what_it_does_not_show(desk: Desk) -> None:
    """Obligations, status and steps that are done are still there in the next version."""
    key = await desk.enrolled(named("k1"))
    goal = {
        "domain": "legal",
        "statement": "Done\nwith court",
        "status": "under_way",
        "steps": [{"text": "Call the lawyer", "owner": "case_manager", "done": True}],
        "obligations": [{"court": "Municipal", "what": "review"}],
    }
    path = f"/v1/participants/{key}/plans"
    await desk.post(path, desk.alice, {"goals": [goal]})
    await desk.form(
        f"/participants/{key}/plan", desk.alice, domain=["legal"],
        statement=["Done\r\nwith court"], steps=["Call the lawyer\r\nBring papers"],
    )  # fmt: skip
    [kept] = (await desk.get(f"{path}/2", desk.alice))["goals"]
    assert (kept["status"], kept["obligations"][0]["court"]) == ("under_way", "Municipal")
    assert [(step["text"], step["done"]) for step in kept["steps"]] == [
        ("Call the lawyer", True), ("Bring papers", False),
    ]  # fmt: skip


async def test_the_prosecutor_is_answered_by_a_form(desk: Desk) -> None:
    """The next box leads to it; the smallest answer is a button."""
    key = await desk.enrolled(named("q1"))
    request = asked(desk, key, recipient_org="kcpao")
    await desk.hear(request)
    assert "The prosecutor asks" in await read(desk, f"/participants/{key}", desk.alice)
    path = f"/coordination/{request.coordination_id}"
    assert "case 26-1-00456-3" in await read(desk, path, desk.alice)
    nothing = await desk.form(f"{path}/reply", desk.alice)
    assert nothing.status_code == 422
    done = await desk.form(f"{path}/reply", desk.alice, engaged="yes", goals=["housing"])
    assert done.status_code == 303, done.text
    [told] = await desk.published(CoordinationReplied, key)
    assert (told.engaged, told.goals_summary) == (True, "housing")
    assert "Answered by alice. The prosecutor was told." in await read(desk, path, desk.alice)


async def test_pages_are_for_the_program_s_own(desk: Desk) -> None:
    """Another site's file does not exist; other roles and forged forms are refused."""
    key = await desk.enrolled(named("r1"))
    paths = [f"/participants/{key}{part}" for part in ("", "/intake", "/plan", "/consents")]
    theirs = desk.headers("supervisor", "santa-fe")
    for path in paths:
        assert (await desk.page(path, theirs)).status_code == 404
        for role in ("liaison-prosecutor", "agency-reporter", "ops", "privacy-officer"):
            assert (await desk.page(path, desk.headers(role))).status_code == 403
        await read(desk, path, desk.alice)
    forged = session(desk.alice) | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    answer = await desk.stage.client.post(
        f"/participants/{key}/status", data={"status": "exited:deceased"}, headers=forged
    )
    assert answer.status_code == 403
    bad = await desk.form(f"/participants/{key}/status", desk.alice, status="failed")
    assert bad.status_code == 422
    stale = await desk.form(
        f"/participants/{key}/status", desk.alice, status="inactive:moved", version="1"
    )
    assert stale.status_code == 412
    assert (await desk.get(f"/v1/participants/{key}", desk.alice))["state"] == "active"
