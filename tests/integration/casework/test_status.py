"""Engagement, the intake clock, and what a site sets for itself."""

from datetime import timedelta

import pytest
from tests.integration.casework.builders import booking
from tests.integration.casework.desk import SITE, Desk, somebody

from shared.events import (
    ConsentRevoked,
    IntakeCompleted,
    ParticipantRecontacted,
    ParticipantStatusChanged,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_change_is_told_once(desk: Desk) -> None:
    """The reason is care data; saying the same again says nothing."""
    key = await desk.enrolled()
    path = f"/v1/participants/{key}/status"
    wind = {"state": "inactive", "reason": "in_the_wind"}
    for body in (wind, wind, {"state": "inactive", "reason": "incarcerated"}, {"state": "active"}):
        await desk.post(path, desk.alice, body)
    told = await desk.published(ParticipantStatusChanged, key)
    assert [(event.status, event.reason) for event in told] == [
        ("inactive", "in_the_wind"), ("inactive", "incarcerated"), ("active", None),
    ]  # fmt: skip
    assert "reason" not in ParticipantStatusChanged.open_fields


async def test_nobody_leaves_by_a_word_of_ours(desk: Desk) -> None:
    """There is no "failed", "terminated" or "noncompliant" to say."""
    key = await desk.enrolled()
    path = f"/v1/participants/{key}/status"
    for body in (
        {"state": "failed"},
        {"state": "exited", "reason": "noncompliant"},
        {"state": "exited", "reason": "in_the_wind"},
        {"state": "inactive", "reason": "deceased"},
    ):
        assert (await desk.refused(path, desk.alice, body))[0] == 422


async def test_a_death_ends_everything_that_asks_or_tells(desk: Desk) -> None:
    """Scenario 11: releases end, items close, no report is matched, no clock asks; all stays."""
    person = somebody()
    key = await desk.enrolled(person)
    path = f"/v1/participants/{key}/status"
    await desk.post(path, desk.alice, {"state": "exited", "reason": "deceased"})
    [told] = await desk.published(ParticipantStatusChanged, key)
    assert (told.status, told.reason) == ("exited", "deceased")
    assert len(await desk.published(ConsentRevoked, key)) == 1
    await desk.hear(booking(person, record=f"BK-{key}"))
    assert await desk.published(ParticipantRecontacted, key) == []
    await desk.wait(days=100)
    assert await desk.work(key) == []
    history = await desk.get(f"/v1/participants/{key}/assignments", desk.carla)
    assert history[0]["ended_at"]
    kinds = {item["kind"] for item in (
        await desk.get(f"/v1/participants/{key}/timeline", desk.alice))["items"]}  # fmt: skip
    assert {"status", "consent_revoked", "intake"} <= kinds


async def test_a_transfer_needs_a_fresh_release(desk: Desk) -> None:
    """Another program takes over only under a release that says so; another person's is none."""
    key, other = await desk.enrolled(), await desk.enrolled()
    path = f"/v1/participants/{key}/status"
    leaving = {"state": "exited", "reason": "transferred"}
    grant = {
        "recipient": {"org": "santa-fe", "role": "receiving-program"},
        "categories": ["enrollment_fact"],
        "purposes": ["transfer_of_care"],
    }
    theirs = await desk.post(
        f"/v1/participants/{other}/consents", desk.alice, desk.consent(grants=[grant])
    )
    usual = await desk.post(f"/v1/participants/{key}/consents", desk.alice, desk.consent())
    for consent_id in (None, str(new_id()), theirs["id"], usual["id"]):
        body = leaving | ({"consent_id": consent_id} if consent_id else {})
        assert await desk.refused(path, desk.alice, body) == (409, "transfer-needs-consent")
    fresh = await desk.post(
        f"/v1/participants/{key}/consents", desk.alice, desk.consent(grants=[grant])
    )
    answer = await desk.post(path, desk.alice, leaving | {"consent_id": fresh["id"]})
    assert (answer["state"], answer["reason"]) == ("exited", "transferred")


async def test_the_intake_clock_warns_then_asks_for_a_review(desk: Desk) -> None:
    """Scenario 9, our half: day 30 opens an item for a person and changes nothing by itself."""
    key = await desk.refer()
    await desk.wait(days=22)
    assert await desk.work(key) == []
    await desk.wait(days=2)
    assert await desk.work(key) == ["intake_due"]
    await desk.wait(days=7)
    assert await desk.work(key) == ["intake_due", "intake_review"]
    file = await desk.get(f"/v1/participants/{key}", desk.alice)
    assert (file["state"], file["reason"]) == ("referred", None)
    assert await desk.published(ParticipantStatusChanged, key) == []
    [review] = [
        item
        for item in (await desk.get(f"/v1/work?participant_key={key}", desk.alice))["items"]
        if item["kind"] == "intake_review"
    ]
    await desk.post(f"/v1/work/{review['id']}/closure", desk.alice, {"outcome": "done"})
    again = await desk.refused(f"/v1/work/{review['id']}/closure", desk.alice)
    assert again == (409, "item-closed")
    assert await desk.work(key) == ["intake_due"]


async def test_intake_on_day_29_tells_the_fact_and_stops_the_clock(desk: Desk) -> None:
    """Scenario 8, our half: what leaves is that intake is completed, and when (R-18)."""
    key = await desk.refer()
    await desk.wait(days=29)
    assert await desk.work(key) == ["intake_due"]
    await desk.post(f"/v1/participants/{key}/intake", desk.alice, desk.intake())
    assert await desk.work(key) == []
    await desk.wait(days=3)
    assert await desk.work(key) == []
    [told] = await desk.published(IntakeCompleted, key)
    assert set(type(told).model_fields) - {"id", "site", "subject", "occurred_at"} == {
        "intake_id", "completed_at",
    }  # fmt: skip


async def test_a_site_sets_its_own_clocks_in_versions(desk: Desk) -> None:
    """Clackamas has 14 days; a clock that runs keeps the time that it was set to."""
    path, keeper = f"/v1/sites/{SITE}/policy", desk.headers("program-manager", sub="pam")
    before = await desk.refer()
    shown = await desk.send("GET", path, desk.alice)
    read = keeper | {"If-Match": shown.headers["etag"]}
    policy = shown.json()["policy"] | {"intake_deadline_days": 14, "intake_warning_days": 3}
    first = await desk.send("PUT", path, read, policy)
    assert first.status_code == 200, first.text
    assert first.json()["version"] == shown.json()["version"] + 1
    assert (await desk.send("PUT", path, read, policy)).status_code == 412
    after = await desk.refer()
    days = {}
    for key in (before, after):
        file = await desk.get(f"/v1/participants/{key}", desk.alice)
        days[key] = file["intake_due_at"]
    assert days[after] < days[before]
    usual = policy | {"intake_deadline_days": 30, "intake_warning_days": 7}
    assert (await desk.send("PUT", path, keeper, usual)).status_code == 200
    for wrong in ({"intake_deadline_days": 31}, {"caseload_warn_at": 26}, {"canary": 1}):
        answer = await desk.send("PUT", path, keeper, policy | wrong)
        assert answer.status_code == 422
    assert (await desk.send("PUT", path, desk.alice, policy)).status_code == 403
    elsewhere = desk.headers("program-manager", "santa-fe")
    assert (await desk.send("PUT", path, elsewhere, policy)).status_code == 403


async def test_another_site_s_items_are_not_seen(desk: Desk) -> None:
    """R-32, also for ticking off."""
    key = await desk.refer(occurred_at=desk.now - timedelta(days=40))
    await desk.wait(seconds=1)
    found = (await desk.get(f"/v1/work?participant_key={key}", desk.alice))["items"]
    theirs = desk.headers("supervisor", "santa-fe")
    assert (await desk.get(f"/v1/work?participant_key={key}", theirs))["items"] == []
    path = f"/v1/work/{found[0]['id']}/closure"
    assert (await desk.send("POST", path, theirs, {})).status_code == 404
    mine = await desk.get("/v1/work?mine=true", desk.headers("case-manager", sub="nobody"))
    assert mine["items"] == []
