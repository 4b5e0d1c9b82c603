"""Between referral and enrollment: outreach and its clock, the appointment, the interview."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.integration.casework.desk import SITE, Desk

from shared.events import (
    HandoffCompleted,
    IntakeScheduled,
    OutreachMade,
    ReferralClosed,
    ReferralScreened,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")


def screened(desk: Desk, key: str, referral_id: Any = None, *, hours: float = 48) -> Any:
    """Eligible, at a door where no officer waits."""
    return ReferralScreened(
        site=SITE, subject=key, occurred_at=desk.now, referral_id=referral_id or new_id(),
        criteria_version="seattle-2011", outcome="eligible",
        outreach_due_at=desk.now + timedelta(hours=hours),
    )  # fmt: skip


async def file_of(desk: Desk, key: str) -> Any:
    return await desk.get(f"/v1/participants/{key}", desk.alice)


async def items_of(desk: Desk, key: str) -> list[tuple[str, str | None]]:
    found = await desk.get(f"/v1/work?participant_key={key}", desk.alice)
    return [(item["kind"], item["responsible"]) for item in found["items"]]


def went_to_look(desk: Desk, **changes: Any) -> dict[str, Any]:
    return {"kind": "outreach", "began_at": desk.now.isoformat(), "minutes": 40} | changes


async def test_a_clock_warns_the_supervisor_when_nobody_has_reached_out(desk: Desk) -> None:
    """It opens one item for a person, and ends with the first outreach, found or not."""
    key = await desk.refer()
    assignment = {"case_manager": "alice", "supervisor": "carla"}
    await desk.post(f"/v1/participants/{key}/assignments", desk.carla, assignment)
    await desk.hear(screened(desk, key))
    file = await file_of(desk, key)
    assert (file["step"], file["outreach_at"]) == ("referred", None)
    await desk.wait(hours=47)
    assert await items_of(desk, key) == []
    await desk.wait(hours=2)
    assert await items_of(desk, key) == [("outreach_due", "carla")]
    path = f"/v1/participants/{key}/encounters"
    await desk.post(path, desk.alice, went_to_look(desk, reached=False))
    assert await items_of(desk, key) == []
    file = await file_of(desk, key)
    assert (file["step"], file["reached_at"]) == ("outreach", None)
    await desk.post(path, desk.alice, went_to_look(desk))
    assert (await file_of(desk, key))["reached_at"] is not None
    [told] = await desk.published(OutreachMade, key)
    assert told.made_at == datetime.fromisoformat(file["outreach_at"])


async def test_outreach_in_time_opens_nothing(desk: Desk) -> None:
    """Speaking with somebody else about the person is not outreach; a call to them is."""
    key = await desk.refer()
    await desk.hear(screened(desk, key))
    path = f"/v1/participants/{key}/encounters"
    await desk.post(path, desk.alice, went_to_look(desk, kind="collateral"))
    assert (await file_of(desk, key))["step"] == "referred"
    await desk.post(path, desk.alice, went_to_look(desk, kind="phone"))
    await desk.wait(days=3)
    assert await items_of(desk, key) == []
    assert (await file_of(desk, key))["step"] == "outreach"


async def test_a_referral_that_ended_asks_nobody_to_go(desk: Desk) -> None:
    """Only the referral whose clock it is; another one that is closed changes nothing."""
    key, mine = await desk.refer(), new_id()
    await desk.hear(screened(desk, key, mine))
    for referral_id, due in ((new_id(), True), (mine, False)):
        closed = ReferralClosed(
            site=SITE, subject=key, occurred_at=desk.now, referral_id=referral_id,
            state="closed", reason="unable_to_locate",
        )  # fmt: skip
        await desk.hear(closed)
        assert ((await file_of(desk, key))["outreach_due_at"] is not None) is due
    await desk.wait(days=3)
    assert await items_of(desk, key) == []


async def test_a_warm_handoff_is_the_first_meeting(desk: Desk) -> None:
    """Referral knows of it, and is not told again."""
    key = await desk.refer()
    done = HandoffCompleted(
        site=SITE, subject=key, occurred_at=desk.now, referral_id=new_id(), completed_at=desk.now
    )
    await desk.hear(done)
    file = await file_of(desk, key)
    assert (file["step"], file["reached_at"] is None) == ("outreach", False)
    assert await desk.published(OutreachMade, key) == []


async def test_an_appointment_is_set_moved_and_held(desk: Desk) -> None:
    """One stands at a time; each is told; completing intake says that it was held."""
    key = await desk.refer()
    path = f"/v1/participants/{key}/intake-appointments"
    first = {"scheduled_for": (desk.now + timedelta(days=2)).isoformat(), "interviewer": "ben"}
    shown = await desk.post(path, desk.alice, first)
    assert (shown["state"], shown["place"], shown["warning"]) == ("set", "office", None)
    late = (desk.now + timedelta(days=40)).isoformat()
    moved = await desk.post(path, desk.alice, {"scheduled_for": late, "place": "video"})
    assert (moved["interviewer"], moved["warning"]) == (
        "alice",
        "This is after the intake deadline.",
    )
    file = await file_of(desk, key)
    assert file["step"] == "intake_scheduled"
    assert len(await desk.published(IntakeScheduled, key)) == 2
    assert len(await desk.published(OutreachMade, key)) == 1
    await desk.post(f"/v1/participants/{key}/intake", desk.alice, desk.intake())
    shown = await desk.get(path, desk.dana)
    assert [item["state"] for item in shown["items"]] == ["held", "moved"]
    assert (await file_of(desk, key))["step"] == "intake_completed"
    assert await desk.refused(path, desk.alice, first) == (409, "intake-already-completed")
    kinds = (await desk.get(f"/v1/participants/{key}/timeline", desk.alice))["items"]
    assert [item["kind"] for item in kinds].count("intake_appointment") == 2


async def test_a_time_that_passed_asks_whoever_was_to_hold_it(desk: Desk) -> None:
    """Held, another time, or not held: a person says which, and nobody is called absent."""
    key = await desk.refer()
    path = f"/v1/participants/{key}/intake-appointments"
    at = {"scheduled_for": (desk.now + timedelta(hours=1)).isoformat(), "interviewer": "ben"}
    shown = await desk.post(path, desk.alice, at)
    await desk.wait(hours=26)
    assert await items_of(desk, key) == [("intake_appointment", "ben")]
    outcome = f"{path}/{shown['id']}/outcome"
    assert (await desk.post(outcome, desk.alice, {"outcome": "not_held"}))["state"] == "not_held"
    assert await items_of(desk, key) == []
    assert (await file_of(desk, key))["step"] == "outreach"
    assert await desk.refused(outcome, desk.alice) == (409, "appointment-is-over")
    assert (await desk.refused(path, desk.alice, at))[0] == 422
    other = await desk.refer()
    theirs = f"/v1/participants/{other}/intake-appointments/{shown['id']}/outcome"
    assert await desk.refused(theirs, desk.alice) == (404, "no-such-appointment")


async def test_nobody_waits_for_somebody_who_left(desk: Desk) -> None:
    """Clocks and appointments end with the file."""
    key = await desk.refer()
    await desk.hear(screened(desk, key))
    path = f"/v1/participants/{key}/intake-appointments"
    at = {"scheduled_for": (desk.now + timedelta(hours=1)).isoformat()}
    await desk.post(path, desk.alice, at)
    leaving = {"state": "exited", "reason": "by_participant"}
    await desk.post(f"/v1/participants/{key}/status", desk.alice, leaving)
    await desk.wait(days=3)
    assert await items_of(desk, key) == []
    [item] = (await desk.get(path, desk.alice))["items"]
    assert (item["state"], (await file_of(desk, key))["step"]) == ("not_held", None)


async def test_the_file_and_the_board_say_what_comes_next(desk: Desk) -> None:
    """By forms alone: looked for and not found, then a time, then it did not take place."""
    key = await desk.refer()
    await desk.post(f"/v1/participants/{key}/assignments", desk.carla, {"case_manager": "alice"})
    await desk.hear(screened(desk, key, hours=1))
    await desk.wait(hours=2)
    page = f"/participants/{key}"
    shown = (await desk.page(page, desk.alice)).text
    assert "Nobody has reached out yet" in shown
    assert "First outreach" in (await desk.page("/caseload", desk.alice)).text
    await desk.form(
        f"{page}/encounters",
        desk.alice,
        kind="outreach",
        began_at=desk.local(),
        minutes=20,
        not_found="true",
    )
    shown = (await desk.page(page, desk.alice)).text
    assert "Nobody has reached out yet" not in shown
    assert "not found yet" in shown
    form = {"scheduled_for": desk.local(days=1), "place": "custody", "interviewer": "alice"}
    answer = await desk.form(f"{page}/intake-appointments", desk.alice, **form)
    assert answer.status_code == 303
    shown = (await desk.page(page, desk.alice)).text
    assert "Intake interview set: in custody, with alice" in shown
    assert "Intake scheduled" in (await desk.page("/caseload", desk.alice)).text
    assert "another time replaces it" in (await desk.page(f"{page}/intake", desk.alice)).text
    await desk.wait(days=3)
    shown = (await desk.page(page, desk.alice)).text
    assert "The time for the intake interview has passed" in shown
    [item] = (await desk.get(f"/v1{page}/intake-appointments", desk.alice))["items"]
    await desk.form(f"{page}/intake-appointments/{item['id']}/outcome", desk.alice)
    assert "Intake interview not held" in (await desk.page(page, desk.alice)).text
