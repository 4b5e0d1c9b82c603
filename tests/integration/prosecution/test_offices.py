"""A release opens to the office that it names: by claim or policy, never for want of an office."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import KEY, granted, recontacted
from tests.integration.prosecution.test_holds import referred

from shared.events import CoordinationRequested, DisclosureMade, DisclosureSuppressed
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
LIAISON = "liaison-prosecutor"
PLACES = {"/v1/coordination": KEY, "/v1/holds": KEY, "/desk": "/desk/items/"}
POLICY: dict[str, Any] = {
    "diversion_office": "kcpao",
    "offices": {"pcms-kcpao": "kcpao", "city-cms": "sca"},
    "liaisons": {"kcpao": "leo", "sca": "sam", "city-attorney": "sam"},
}


async def publish(stage: Stage, headers: Headers, **changes: Any) -> None:
    body = {"site": "king-county", "policy": POLICY | changes}
    answer = await stage.client.post("/v1/policy", json=body, headers=headers("program-manager"))
    assert answer.status_code == 201, answer.text


async def seen(stage: Stage, who: dict[str, str]) -> dict[str, bool]:
    """At each place, whether the answer tells of the participant."""
    return {
        path: sign in (await stage.client.get(path, headers=who)).text
        for path, sign in PLACES.items()
    }


async def ledger(stage: Stage, who: dict[str, str]) -> int:
    return (await stage.client.get(f"/v1/ledger/{KEY}", headers=who)).status_code


async def test_a_release_for_another_office_opens_nothing(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Signed in as people are, with no claim: the policy says whose liaison leo is."""
    async with open_stage("prosecution-hook") as stage:
        await publish(stage, headers)
        leo = headers(LIAISON, sub="leo")
        await stage.deliver_and_handle(
            granted(stage, recipient_org="sca"), referred(stage, subject=KEY), recontacted(stage)
        )
        assert await ledger(stage, leo) == 404
        assert not any((await seen(stage, leo)).values())
        [asked] = await stage.published(CoordinationRequested)
        assert (asked.visible_to_liaison, asked.recipient_org) == (False, "kcpao")
        [withheld] = await stage.published(DisclosureSuppressed)
        assert withheld.recipient == "kcpao/liaison-prosecutor/leo"
        assert await stage.published(DisclosureMade) == []
        await stage.deliver_and_handle(granted(stage))
        assert await ledger(stage, leo) == 200
        assert all((await seen(stage, leo)).values())
        made = await stage.published(DisclosureMade)
        assert {event.recipient for event in made} == {"kcpao/liaison-prosecutor/leo"}


async def test_who_is_of_no_known_office_is_told_nothing(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Named by no policy and no claim; at a site without a policy; a system without a claim."""
    async with open_stage("prosecution-hook") as stage:
        await stage.deliver_and_handle(
            granted(stage), granted(stage, recipient_org="mallory"), referred(stage, subject=KEY),
            recontacted(stage),
        )  # fmt: skip
        strangers = (
            headers(LIAISON, sub="mallory"),
            headers(LIAISON, sub="leo", site="santa-fe"),
            headers(LIAISON, sub="mallory", agency=""),
            headers(LIAISON, sub="mallory", agency="None"),
        )
        for stranger in strangers:
            answers = [
                await stage.client.get(path, headers=stranger)
                for path in (*PLACES, f"/v1/ledger/{KEY}")
            ]
            assert {answer.status_code for answer in answers} == {403}
            assert all(KEY not in answer.text for answer in answers)
        system = headers("prosecutor-system", sub="pcms", sources=["pcms-kcpao"])
        assert (await stage.client.get("/v1/holds", headers=system)).status_code == 403
        assert await stage.rows("SELECT 1 FROM disclosure") == []


async def test_each_of_several_offices_is_a_proposal_of_its_own(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The office that the release names is on record; an item is its own office's alone."""
    async with open_stage("prosecution-hook") as stage:
        await publish(stage, headers)
        sam = headers(LIAISON, sub="sam")
        await stage.deliver_and_handle(
            recontacted(stage),
            recontacted(stage, reported_by="city-cms", cause_number="C-7", source_record_id="C-7"),
        )
        await stage.deliver_and_handle(granted(stage, recipient_org="city-attorney"))
        assert await ledger(stage, sam) == 200
        assert (await seen(stage, sam))["/v1/coordination"] is False, "an item of another office"
        [made] = await stage.published(DisclosureMade)
        assert made.recipient == "city-attorney/liaison-prosecutor/sam"
        await stage.deliver_and_handle(granted(stage, recipient_org="sca"))
        items = (await stage.client.get("/v1/coordination", headers=sam)).json()["items"]
        assert [item["office"] for item in items] == ["sca"]
        other = headers(LIAISON, sub="sam", agency="kcpao")
        assert await ledger(stage, other) == 404, "the claim is the narrower word"


async def test_a_hold_from_before_the_policy_belongs_to_the_office_that_it_names(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Not to every liaison of the site, and not to nobody once the policy names an office."""
    async with open_stage("prosecution-hook") as stage:
        await publish(stage, headers, diversion_office=None)
        await stage.deliver_and_handle(referred(stage, subject=KEY), granted(stage))
        leo, sam = headers(LIAISON, sub="leo"), headers(LIAISON, sub="sam")

        async def holds(who: dict[str, str]) -> list[str | None]:
            answer = await stage.client.get("/v1/holds", headers=who)
            return [(h["participant"] or {}).get("participant_key") for h in answer.json()["items"]]

        assert (await holds(leo), await holds(sam)) == ([], [])
        await publish(stage, headers)
        assert (await holds(leo), await holds(sam)) == ([KEY], [])


async def test_the_table_takes_no_record_without_an_office(open_stage: OpenStage) -> None:
    """Whatever the code does, an accounting record says which office it was."""
    async with open_stage("prosecution-hook") as stage:
        with pytest.raises(asyncpg.CheckViolationError):
            await stage.rows(
                "INSERT INTO disclosure (id, site, participant_key, recipient, recipient_role,"
                " categories, purpose, decided_at) VALUES (gen_random_uuid(), 's', 'p', 'leo',"
                " 'liaison-prosecutor', '{engagement_fact}', 'case_coordination', now())"
            )
