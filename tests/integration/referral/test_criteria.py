"""Criteria in versions: drafted, tried on real referrals, published; what runs keeps its own."""

from collections.abc import Callable
from typing import Any

from tests.integration.conftest import OpenStage
from tests.integration.referral.desk import ALL_MET, ELIGIBLE, Desk

Headers = Callable[..., dict[str, str]]


def content(**changes: Any) -> dict[str, Any]:
    """Two lines: an age, and a question that Seattle's first version asks too."""
    source = "The policy group's minutes, 2026."
    return {
        "title": "Wider, 2026",
        "doors": ["arrest_diversion", "social_contact", "community"],
        "criteria": [
            {"code": "adult", "text": "An adult.", "source": source,
             "test": {"kind": "age_at_least", "years": 18}},
            {"code": "amenable", "text": "Amenable.", "source": source, "test": {"kind": "asked"}},
        ],
    } | changes  # fmt: skip


async def test_a_new_version_is_previewed_then_published_and_runs_from_then_on(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The preview names who would come out differently and why; running referrals keep theirs."""
    async with open_stage("referral") as stage:
        desk, petra = Desk(stage, headers), headers("program-manager", sub="pat")
        post, get = stage.client.post, stage.client.get
        refused, open_one = await desk.refer(), await desk.refer()
        against = ALL_MET | {"no_excluding_history": {"met": False, "evidence": "records"}}
        body = {"decision": "presumptively_ineligible", "findings": against}
        await desk.did(refused, "screening", body)

        draft = {"site": "king-county", "version": "wider-2026", "content": content()}
        written = await post("/v1/criteria", json=draft, headers=petra)
        assert (written.status_code, written.json()["in_force"]) == (201, False)
        assert (await post("/v1/criteria", json=draft, headers=petra)).status_code == 409
        early = await post("/v1/criteria/wider-2026/publish", headers=petra)
        assert (early.status_code, early.json()["type"]) == (
            409,
            "/problems/criteria-not-previewed",
        )

        preview = (await post("/v1/criteria/wider-2026/preview", headers=petra)).json()
        changes = {change["referral_id"]: change for change in preview["changes"]}
        assert preview["looked_at"] == 2
        assert changes[refused]["was"] == "presumptively_ineligible"
        assert changes[refused]["would_be"] == "eligible"
        gone = {"criterion": "no_excluding_history", "was": "unmet", "would_be": None}
        assert gone in changes[refused]["criteria"]
        assert (changes[open_one]["was"], changes[open_one]["would_be"]) == (None, None)
        assert (await desk.see(refused))["state"] == "ineligible"

        published = await post("/v1/criteria/wider-2026/publish", headers=petra)
        assert published.json()["in_force"] is True
        assert (await post("/v1/criteria/wider-2026/publish", headers=petra)).status_code == 409
        later = await desk.refer()
        versions = [(await desk.see(r))["criteria_version"] for r in (refused, open_one, later)]
        assert versions == ["seattle-2011", "seattle-2011", "wider-2026"]
        await desk.did(open_one, "screening", ELIGIBLE)
        listed = (await get("/v1/criteria", headers=petra)).json()["items"]
        assert [(v["version"], v["in_force"]) for v in listed] == [("wider-2026", True)]


async def test_who_writes_criteria_and_what_they_may_write(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The program manager, for their site; a version that is shipped or faulty is refused."""
    async with open_stage("referral") as stage:
        manager = headers("program-manager")
        draft = {"site": "king-county", "version": "v2", "content": content()}
        twice = content(criteria=content()["criteria"][:1] * 2)
        nobody = {"code": "x", "text": "x", "source": "x", "test": {"kind": "horoscope"}}
        attempts: list[tuple[dict[str, Any], dict[str, str], int]] = [
            (draft, headers("referral-desk"), 403),
            (draft, headers("program-manager", site="santa-fe"), 403),
            (draft | {"version": "seattle-2011"}, manager, 409),
            (draft | {"version": "V 2"}, manager, 422),
            (draft | {"content": twice}, manager, 422),
            (draft | {"content": content(criteria=[nobody])}, manager, 422),
            (draft | {"content": content(doors=[])}, manager, 422),
        ]
        for body, caller, status in attempts:
            answer = await stage.client.post("/v1/criteria", json=body, headers=caller)
            assert answer.status_code == status, answer.text
        missing = await stage.client.post("/v1/criteria/v9/preview", headers=manager)
        assert missing.status_code == 404
        shipped = await stage.client.post("/v1/criteria/seattle-2011/publish", headers=manager)
        assert shipped.status_code == 404
