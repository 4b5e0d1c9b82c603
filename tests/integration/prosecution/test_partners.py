"""No office without an approved entry in the partner registry: not its people, not its systems."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import (
    KEY,
    consents_confirmed,
    granted,
    recontacted,
)
from tests.integration.prosecution.test_charges import CHARGE
from tests.integration.prosecution.test_holds import referred

from shared.events import EmergencyAccessChanged
from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]
ENTRY: dict[str, Any] = {
    "site": "king-county", "org": "kcpao", "may_receive": ["engagement_fact"], "onward": [],
}  # fmt: skip
READS = (f"/v1/ledger/{KEY}", "/v1/ledger/p_unknown", "/v1/holds", "/v1/coordination", "/desk")


async def reads(stage: Stage, who: dict[str, str]) -> dict[str, int]:
    return {path: (await stage.client.get(path, headers=who)).status_code for path in READS}


OPEN = dict.fromkeys(READS, 200) | {"/v1/ledger/p_unknown": 404}
SHUT = dict.fromkeys(READS, 403)


async def post(stage: Stage, path: str, body: Any, who: dict[str, str]) -> httpx.Response:
    return await stage.client.post(f"/v1/partners{path}", json=body, headers=who)


async def noticed(
    stage: Stage, headers: Headers, site: str = "king-county"
) -> list[tuple[str, str, bool]]:
    """What the privacy officer reads: what, opened by whom, and whether it waits for a review."""
    officer = headers("privacy-officer", sub="petra", site=site)
    answer = await stage.client.get("/v1/partners/notices", headers=officer)
    assert answer.status_code == 200
    return [
        (item["kind"], item["partner"]["decided_by"], item["partner"]["to_review"])
        for item in answer.json()["items"]
    ]


async def test_an_office_is_let_in_by_its_entry_and_out_by_its_end(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Refused in words that say what to do, the same for whomever it is about; reports come in."""
    async with open_stage("prosecution-hook") as stage:
        await stage.rows("DELETE FROM partner")
        officer, ops = headers("privacy-officer", sub="petra"), headers("ops", sub="olga")
        liaison = headers("liaison-prosecutor", sub="leo", agency="kcpao")
        system = headers("prosecutor-system", agency="kcpao", sources=["pcms-kcpao"])
        await stage.deliver_and_handle(granted(stage), referred(stage), recontacted(stage))
        assert await reads(stage, liaison) == SHUT
        answers = [(await stage.client.get(path, headers=liaison)).json() for path in READS[:2]]
        assert {(answer["type"], answer["detail"]) for answer in answers} == {
            (answers[0]["type"], answers[0]["detail"])
        }
        assert answers[0]["type"].endswith("office-not-approved")
        assert "privacy officer" in answers[0]["detail"]
        assert (await stage.client.get("/v1/holds", headers=system)).status_code == 403
        taken = await stage.client.post("/v1/charges", json=CHARGE, headers=system)
        assert taken.status_code == 202

        entry = (await post(stage, "", ENTRY, officer)).json()
        assert await reads(stage, liaison) == OPEN
        other = headers("liaison-prosecutor", sub="lea", agency="city-attorney")
        assert await reads(stage, other) == SHUT
        elsewhere = headers("liaison-prosecutor", site="santa-fe", agency="kcpao")
        assert await reads(stage, elsewhere) == SHUT
        assert (await post(stage, f"/{entry['id']}/withdrawal", None, ops)).is_success
        assert await reads(stage, liaison) == SHUT
        useless = ENTRY | {"may_receive": ["legal_matter"]}
        await post(stage, "", useless, officer)
        assert await reads(stage, liaison) == SHUT


async def test_break_glass_lets_an_office_in_until_it_ends(
    open_stage: OpenStage, headers: Headers
) -> None:
    """For hours, by ops; the participant's consent is asked all the same."""
    async with open_stage("prosecution-hook") as stage:
        await stage.rows("DELETE FROM partner")
        liaison = headers("liaison-prosecutor", sub="leo", agency="kcpao")
        await stage.deliver_and_handle(granted(stage), recontacted(stage))
        glass = ENTRY | {"hours": 2, "reason": "court_deadline"}
        opened = await post(stage, "/break-glass", glass, headers("ops", sub="olga"))
        assert opened.status_code == 201
        assert await reads(stage, liaison) == OPEN
        assert await noticed(stage, headers) == [("break_glass_opened", "olga", True)]
        stage.clock.advance(timedelta(hours=3))
        await consents_confirmed(stage)
        assert await reads(stage, liaison) == SHUT

        async def over() -> bool:
            return len(await noticed(stage, headers)) == 2

        await eventually(over)
        ended = [("break_glass_ended", "olga", True), ("break_glass_opened", "olga", True)]
        assert await noticed(stage, headers) == ended
        events = await stage.published(EmergencyAccessChanged)
        assert [event.change for event in events] == ["opened", "ended"]
        assert await noticed(stage, headers, site="santa-fe") == []


async def test_what_is_withdrawn_early_is_told_once(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Its end is when it was stopped, not when its hours were over."""
    async with open_stage("prosecution-hook") as stage:
        ops, officer = headers("ops", sub="olga"), headers("privacy-officer", sub="petra")
        glass = ENTRY | {"hours": 2, "reason": "court_deadline"}
        opened = (await post(stage, "/break-glass", glass, ops)).json()
        for _ in range(2):
            path = f"/{opened['id']}/withdrawal"
            assert (await post(stage, path, None, officer)).is_success
        assert (await post(stage, f"/{opened['id']}/review", None, officer)).is_success
        events = await stage.published(EmergencyAccessChanged)
        assert [event.change for event in events] == ["opened", "ended", "reviewed"]
        assert {(event.subject, event.org) for event in events} == {(opened["id"], "kcpao")}
        told = [("break_glass_ended", "olga", False), ("break_glass_opened", "olga", False)]
        assert await noticed(stage, headers) == told
        assert await stage.rows("SELECT 1 FROM timer WHERE kind = 'break-glass'") == []


async def test_whoever_stands_for_several_offices_needs_each_of_them(
    open_stage: OpenStage, headers: Headers
) -> None:
    """By the site's policy, when the token names none; who is named for no office is shut out."""
    async with open_stage("prosecution-hook") as stage:
        await stage.rows("DELETE FROM partner")
        officer, manager = headers("privacy-officer"), headers("program-manager")
        policy = {"liaisons": {"kcpao": "leo", "city-attorney": "leo", "sca": "lea"}}
        body = {"site": "king-county", "policy": policy}
        await stage.client.post("/v1/policy", json=body, headers=manager)
        await stage.deliver_and_handle(granted(stage))
        leo, nobody = headers("liaison-prosecutor", sub="leo"), headers("liaison-prosecutor")
        assert await reads(stage, nobody) == SHUT
        await post(stage, "", ENTRY, officer)
        assert await reads(stage, leo) == SHUT
        assert await reads(stage, nobody) == SHUT
        await post(stage, "", ENTRY | {"org": "city-attorney"}, officer)
        assert await reads(stage, leo) == OPEN
