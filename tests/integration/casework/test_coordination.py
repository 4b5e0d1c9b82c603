"""Prosecutors' questions: heard, answered in a closed form, and only under a release in force."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.casework.builders import referred, tables_containing
from tests.integration.casework.desk import SITE, Desk, somebody

from shared.events import (
    ChargeHoldDeadlinePassed,
    ChargeHoldExpiring,
    ChargeHoldResolved,
    ChargeHoldStarted,
    CoordinationClosed,
    CoordinationReplied,
    CoordinationRequested,
    ParticipantStatusChanged,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

FULL = {
    "engaged": True,
    "goals": ["housing", "employment"],
    "barriers": ["transportation"],
    "would_help": ["other_court_time"],
}


def asked(desk: Desk, key: str, **changes: Any) -> CoordinationRequested:
    values = {
        "site": SITE,
        "subject": key,
        "occurred_at": desk.now,
        "coordination_id": new_id(),
        "concerning": "new_charge",
        "cause_number": "26-1-00456-3",
        "due_at": desk.now + timedelta(days=7),
        "visible_to_liaison": True,
        "recipient_org": "kcpao",
    }
    return CoordinationRequested(**(values | changes))


async def ask(desk: Desk, key: str, **changes: Any) -> str:
    request = asked(desk, key, **changes)
    await desk.hear(request)
    return f"/v1/coordination/{request.coordination_id}/reply"


async def test_a_question_reaches_the_case_manager_with_its_clock(desk: Desk) -> None:
    """Once, however often it is delivered; first due first; in the timeline."""
    key = await desk.enrolled()
    request = asked(desk, key)
    await desk.hear(request, request.model_copy(update={"id": new_id()}))
    assert await desk.work(key) == ["coordination"]
    [item] = await desk.get(f"/v1/coordination?participant_key={key}", desk.alice)
    assert (item["state"], item["cause_number"]) == ("open", "26-1-00456-3")
    mine = await desk.get("/v1/coordination?mine=true", desk.alice)
    assert item["id"] in [other["id"] for other in mine]
    assert await desk.get("/v1/coordination?mine=true", desk.ben) == []
    kinds = await desk.get(f"/v1/participants/{key}/timeline?kind=coordination", desk.alice)
    assert [entry["detail"]["state"] for entry in kinds["items"]] == ["open"]


async def test_an_answer_is_told_under_the_release_that_covers_it(desk: Desk) -> None:
    """The closed form leaves with its consent; what was answered is kept sealed; once."""
    key = await desk.enrolled()
    path = await ask(desk, key)
    answer = await desk.post(path, desk.alice, FULL)
    assert (answer["state"], answer["answered_by"]) == ("told", "alice")
    [told] = await desk.published(CoordinationReplied, key)
    assert (told.engaged, told.goals_summary) == (True, "housing, employment")
    assert (told.barriers, told.would_help) == (("transportation",), ("other_court_time",))
    assert str(told.consent_id) == answer["consent_id"]
    assert await desk.work(key) == []
    assert await desk.refused(path, desk.alice, FULL) == (409, "already-answered")
    assert "coordination_item" not in await tables_containing(desk.stage, "other_court_time")


async def test_what_no_release_covers_is_refused_part_by_part(desk: Desk) -> None:
    """R-01: recipient and category and purpose, now; the answer says what to leave out."""
    key = await desk.refer()
    await desk.post(f"/v1/participants/{key}/assignments", desk.carla, {"case_manager": "alice"})
    path = await ask(desk, key, recipient_org="kcpao")
    nobody = desk.consent()
    grant = nobody["grants"][0]
    releases = (
        (grant | {"recipient": {"org": "kcpao", "role": "defense-counsel"}}, set(FULL)),
        (grant | {"recipient": {"org": "other", "role": "liaison-prosecutor"}}, set(FULL)),
        (grant | {"purposes": ["treatment"]}, set(FULL)),
        (grant | {"categories": ["engagement_fact"]}, {"goals", "barriers"}),
    )
    for changed, missing in releases:
        body = desk.consent(grants=[changed])
        signed = await desk.post(f"/v1/participants/{key}/consents", desk.alice, body)
        answer = await desk.send("POST", path, desk.alice, FULL)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-covered")
        assert {e["pointer"][1:] for e in answer.json()["errors"]} == missing
        await desk.post(f"/v1/consents/{signed['id']}/revocation", desk.alice)
    assert await desk.published(CoordinationReplied, key) == []
    signed = await desk.post(f"/v1/participants/{key}/consents", desk.alice, desk.consent())
    await desk.post(path, desk.alice, FULL)
    [told] = await desk.published(CoordinationReplied, key)
    assert str(told.consent_id) == signed["id"]


async def test_a_question_without_an_office_is_covered_by_no_release(desk: Desk) -> None:
    """A release names the office that may be told; an unnamed or another one is not it."""
    key = await desk.enrolled()
    for office in (None, "other"):
        path = await ask(desk, key, recipient_org=office)
        assert await desk.refused(path, desk.alice, FULL) == (409, "not-covered"), office
    assert await desk.published(CoordinationReplied, key) == []


async def test_a_release_taken_back_covers_nothing_from_then_on(desk: Desk) -> None:
    """R-02: what counts is the moment of answering."""
    key = await desk.enrolled()
    path = await ask(desk, key)
    [consent] = await desk.get(f"/v1/participants/{key}/consents", desk.alice)
    await desk.post(f"/v1/consents/{consent['id']}/revocation", desk.alice)
    assert await desk.refused(path, desk.alice, {"engaged": True}) == (409, "not-covered")


async def test_nothing_helpful_to_share_is_always_an_answer(desk: Desk) -> None:
    """R-15: with a release it is told like any other; without one nobody outside hears anything."""
    covered, alone = await desk.enrolled(), await desk.refer()
    await desk.post(f"/v1/participants/{alone}/assignments", desk.carla, {"case_manager": "alice"})
    nothing = {"nothing_helpful_to_share": True}
    told = await desk.post(await ask(desk, covered), desk.alice, nothing)
    kept = await desk.post(await ask(desk, alone), desk.alice, nothing)
    assert (told["state"], kept["state"]) == ("told", "kept")
    [event] = await desk.published(CoordinationReplied, covered)
    assert (event.nothing_helpful_to_share, event.engaged, event.goals_summary) == (
        True, None, None,
    )  # fmt: skip
    assert await desk.published(CoordinationReplied, alone) == []
    assert await desk.work(alone) == []


async def test_the_form_takes_nothing_else(desk: Desk) -> None:
    """No notes, no scores, no place; no health and no substance use, whatever was signed."""
    key = await desk.enrolled()
    path = await ask(desk, key)
    for body in (
        {},
        {"engaged": True, "nothing_helpful_to_share": True},
        {"engaged": True, "note": "Canary"},
        {"goals": ["substance_use"]},
        {"goals": ["health"]},
        {"barriers": ["He relapsed"]},
    ):
        answer = await desk.send("POST", path, desk.alice, body)
        assert (answer.status_code, "relapsed" in answer.text) == (422, False), body
    assert await desk.refused(path, desk.headers("case-manager", sub="zoe"), FULL) == (
        403, "not-yours",
    )  # fmt: skip
    theirs = desk.headers("supervisor", "santa-fe")
    assert (await desk.refused(path, theirs, FULL))[0] == 404
    assert (await desk.refused(path, desk.headers("liaison-prosecutor"), FULL))[0] == 403
    assert (await desk.post(path, desk.ben, FULL))["state"] == "told"


async def test_what_the_office_decided_or_withdrew_is_asked_no_more(desk: Desk) -> None:
    """The item goes, an answer to it is refused; one that was answered before stays answered."""
    key = await desk.enrolled()
    open_one, answered = asked(desk, key), asked(desk, key)
    await desk.hear(open_one, answered)
    await desk.post(f"/v1/coordination/{answered.coordination_id}/reply", desk.alice, FULL)
    for request in (answered, open_one):
        about: dict[str, Any] = {"coordination_id": request.coordination_id, "ending": "withdrawn"}
        await desk.hear(CoordinationClosed(site=SITE, subject=key, occurred_at=desk.now, **about))
    assert await desk.work(key) == []
    late = f"/v1/coordination/{open_one.coordination_id}/reply"
    assert await desk.refused(late, desk.alice, FULL) == (409, "nothing-left-to-answer")
    shown = await desk.get(f"/v1/participants/{key}/timeline?kind=coordination", desk.alice)
    states = {entry["id"]: entry["detail"]["state"] for entry in shown["items"]}
    assert states == {
        str(open_one.coordination_id): "closed",
        str(answered.coordination_id): "told",
    }
    assert await desk.get(f"/v1/coordination?participant_key={key}", desk.alice) == []


async def test_a_hold_s_clock_asks_and_changes_nothing(desk: Desk) -> None:
    """Scenario 9, R-36: items for people before and at the deadline; a decision closes them."""
    key, hold = await desk.refer(), new_id()
    due = desk.now + timedelta(days=30)
    about: dict[str, Any] = {"site": SITE, "subject": key, "hold_id": hold}
    await desk.hear(ChargeHoldStarted(**about, occurred_at=desk.now, deadline_at=due))
    await desk.hear(ChargeHoldExpiring(**about, occurred_at=desk.now, deadline_at=due, days_left=7))
    await desk.hear(ChargeHoldExpiring(**about, occurred_at=desk.now, deadline_at=due, days_left=3))
    assert await desk.work(key) == ["hold_expiring"]
    await desk.hear(ChargeHoldDeadlinePassed(**about, occurred_at=desk.now, deadline_at=due))
    assert await desk.work(key) == ["hold_expiring", "hold_review"]
    file = await desk.get(f"/v1/participants/{key}", desk.alice)
    assert file["state"] == "referred"
    assert await desk.published(ParticipantStatusChanged, key) == []
    resolved = ChargeHoldResolved(**about, occurred_at=desk.now, resolution="not_filed")
    await desk.hear(resolved)
    assert await desk.work(key) == []
    late = ChargeHoldExpiring(**about, occurred_at=desk.now, deadline_at=due, days_left=1)
    await desk.hear(late)
    assert await desk.work(key) == []
    shown = await desk.get(f"/v1/participants/{key}/timeline?kind=hold", desk.alice)
    assert {entry["kind"] for entry in shown["items"]} == {
        "hold_started", "hold_expiring", "hold_deadline_passed", "hold_resolved",
    }  # fmt: skip


async def test_what_is_heard_before_the_file_is_opened_is_not_lost(desk: Desk) -> None:
    """Topics do not wait for each other; a second referral's key leads to the same person."""
    person = somebody()
    key = await desk.refer(person)
    again = referred(person, occurred_at=desk.now, received_at=desk.now)
    early = ChargeHoldStarted(
        site=SITE, subject=again.subject, occurred_at=desk.now, hold_id=new_id(),
        deadline_at=desk.now + timedelta(days=30),
    )  # fmt: skip
    await desk.hear(early)
    await desk.hear(again)
    shown = await desk.get(f"/v1/participants/{key}/timeline?kind=hold", desk.alice)
    assert [entry["id"] for entry in shown["items"]] == [str(early.id)]
