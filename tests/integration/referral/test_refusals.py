"""Refused reports: program staff see that there were some and why; nobody keeps about whom."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact

from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]
CHILD = {"surname": "Canary", "dob": "2015-01-01"}


async def listed(stage: Stage, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    """The page of refusals as this caller sees it."""
    answer = await stage.client.get("/v1/contacts/refusals", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_a_refusal_is_listed_without_the_person(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Source, reasons, time; the record is a digest (R-23: nothing about a child is stored)."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        body = contact(person=CHILD, source_record_id="CANARY-1", mood=1)
        for _ in range(2):
            await stage.client.post("/v1/contacts", json=body, headers=jail)
        body.pop("mood")
        await stage.client.post("/v1/contacts", json=body, headers=jail)
        [item] = (await listed(stage, headers("supervisor")))["items"]
        item.pop("refused_at")
        assert item == {
            "receipt": None,
            "source_system": "jms-county-a",
            "outcome": "refused",
            "reasons": ["under_18"],
        }
        assert "canary" not in json.dumps(await stage.rows("SELECT r::text FROM refusal r")).lower()


async def test_a_refused_record_that_is_accepted_later_is_not_listed(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Every record has one outcome."""
    async with open_stage("referral") as stage:
        jail, ops = headers("agency-reporter", sources=["jms-county-a"]), headers("ops")
        await stage.client.post("/v1/contacts", json=contact(mood=1), headers=jail)
        assert len((await listed(stage, ops))["items"]) == 1
        await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        assert (await listed(stage, ops))["items"] == []


async def test_refusals_come_in_pages_newest_first(open_stage: OpenStage, headers: Headers) -> None:
    """Of a batch and of single posts alike."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        lines = [json.dumps(contact(source_record_id=f"BK-{n}", mood=1)) for n in range(4)]
        await stage.client.post("/v1/contacts:batch", content="\n".join(lines), headers=jail)
        await stage.client.post("/v1/contacts", json=contact(person=CHILD), headers=jail)
        manager = headers("program-manager")
        first = await listed(stage, manager, limit=2)
        second = await listed(stage, manager, limit=2, cursor=first["next"])
        third = await listed(stage, manager, limit=2, cursor=second["next"])
        reasons = [item["reasons"] for page in (first, second, third) for item in page["items"]]
        assert reasons == [["under_18"], *[["extra_forbidden"]] * 4]
        assert third["next"] is None


async def test_others_do_not_see_refusals(open_stage: OpenStage, headers: Headers) -> None:
    """Above all not the agency's token."""
    async with open_stage("referral") as stage:
        for role in ("agency-reporter", "case-manager", "liaison-prosecutor", "referral-desk"):
            answer = await stage.client.get("/v1/contacts/refusals", headers=headers(role))
            assert answer.status_code == 403


async def test_nobody_leaves_refusals_at_anothers_site_or_source(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A faulty body that claims to be of another site or source is kept nowhere."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        for claim in ({"site": "santa-fe"}, {"source_system": "rms-spd"}):
            body = contact(mood=1, **claim)
            assert (
                await stage.client.post("/v1/contacts", json=body, headers=jail)
            ).status_code == 422
        assert await stage.rows("SELECT * FROM refusal") == []
        await stage.client.post("/v1/contacts", json=contact(mood=1), headers=jail)
        other = headers("ops", site="santa-fe")
        assert (await listed(stage, other))["items"] == []


async def test_refusals_are_forgotten_after_a_week(open_stage: OpenStage, headers: Headers) -> None:
    """Not before, and not much later."""
    async with open_stage("referral") as stage:
        jail, ops = headers("agency-reporter", sources=["jms-county-a"]), headers("ops")
        await stage.client.post("/v1/contacts", json=contact(mood=1), headers=jail)
        await stage.pass_time(timedelta(days=6, hours=23))
        assert len((await listed(stage, ops))["items"]) == 1
        await stage.pass_time(timedelta(hours=2))

        async def forgotten() -> bool:
            return await stage.rows("SELECT * FROM refusal") == []

        await eventually(forgotten)
