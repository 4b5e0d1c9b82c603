"""A state's statutes: imported whole or not at all; charges are classified by their own day."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import httpx
from tests.integration.conftest import OpenStage
from tests.integration.prosecution.consents import KEY, granted, recontacted
from tests.integration.prosecution.test_holds import referred

from lead.statute_files import body_of, find_table
from shared.events import ChargePart
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
IMPORTS = "/v1/statutes/imports"
WASHINGTON = body_of(find_table("washington"), None, "washington.csv")


def changed(content: str) -> dict[str, Any]:
    checksum = sha256(content.encode()).hexdigest()
    return {"source": "by hand", "checksum": checksum, "content": content}


async def post(stage: Stage, who: dict[str, str], body: dict[str, Any]) -> httpx.Response:
    return await stage.client.post(IMPORTS, json=body, headers=who)


async def test_a_table_is_imported_once_and_whole_or_not_at_all(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The same file changes nothing; a wrong checksum or a bad line leaves no row behind."""
    async with open_stage("prosecution-hook") as stage:
        ops, manager = headers("ops"), headers("program-manager", sub="mona")
        wrong = WASHINGTON | {"checksum": "0" * 64}
        assert (await post(stage, ops, wrong)).json()["type"].endswith("wrong-checksum")
        bad = changed(WASHINGTON["content"] + "WA,Theft,Theft 3,23H,,2009-07-26,,x\n")
        refused = await post(stage, ops, bad)
        assert refused.status_code == 422
        line = bad["content"].count("\n")
        assert refused.json()["errors"][0]["hint"].startswith(f"Line {line}: ")
        assert (
            await stage.rows("SELECT 1 FROM statute UNION ALL SELECT 1 FROM statute_import") == []
        )
        first = await post(stage, manager, WASHINGTON)
        assert (first.status_code, first.json()["version"]) == (201, 1)
        assert first.json()["imported_by"] == "mona"
        again = await post(stage, ops, WASHINGTON)
        assert (again.status_code, again.json()["changed"]) == (200, False)
        second = await post(stage, ops, changed(WASHINGTON["content"] + "# looked through\n"))
        assert (second.json()["version"], second.json()["changed"]) == (2, True)
        old = (await post(stage, ops, WASHINGTON)).json()
        assert (old["version"], old["newest"], old["changed"]) == (1, 2, False)
        kept = (await stage.client.get(IMPORTS, headers=ops)).json()["items"]
        assert [(k["version"], k["source"]) for k in kept] == [
            (2, "by hand"),
            (1, "washington.csv"),
        ]
        assert kept[1]["checksum"] == WASHINGTON["checksum"]
        for role in ("liaison-prosecutor", "prosecutor-system", "supervisor", "case-manager"):
            assert (await post(stage, headers(role), WASHINGTON)).status_code == 403


async def test_what_is_in_force_on_a_day_is_listed_in_pages(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Of the newest version only; another state's is not there."""
    async with open_stage("prosecution-hook") as stage:
        liaison = headers("liaison-prosecutor", agency="kcpao")
        for body in (WASHINGTON, changed(WASHINGTON["content"] + "# again\n")):
            assert (await post(stage, headers("ops"), body)).status_code == 201

        async def listed(**params: Any) -> dict[str, Any]:
            answer = await stage.client.get("/v1/statutes", params=params, headers=liaison)
            assert answer.status_code == 200
            found: dict[str, Any] = answer.json()
            return found

        before = (await listed(state="WA", on="2023-06-30"))["items"]
        after = (await listed(state="WA", on="2023-07-01"))["items"]
        assert before[0]["severity"] == "misdemeanor"
        assert after[0]["severity"] == "gross misdemeanor"
        assert len(before) == len(after) == 8
        page = await listed(state="WA", on="2023-07-01", limit=5)
        rest = await listed(state="WA", on="2023-07-01", limit=5, cursor=page["next"])
        assert page["items"] + rest["items"] == after
        assert (await listed(state="NM"))["items"] == []


async def test_charges_get_what_their_source_left_out_from_the_law_of_their_day(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Nothing that was sent is changed; without a day, and before the import, nothing is added."""
    async with open_stage("prosecution-hook") as stage:
        liaison, now = headers("liaison-prosecutor", agency="kcpao"), stage.clock.now()
        early = datetime(2022, 6, 1, tzinfo=UTC)
        possession = ChargePart(seq=1, statute="RCW 69.50.4013(1)", incident_at=early)
        sent = ChargePart(
            seq=2, statute="RCW 9A.56.050", severity="as sent", nibrs="23C", incident_at=now
        )
        before = recontacted(stage, cause_number="0", source_record_id="0", charges=(possession,))
        await stage.deliver_and_handle(granted(stage), before)
        assert (await post(stage, headers("ops"), WASHINGTON)).status_code == 201
        charges = (possession, sent, ChargePart(seq=3, statute="RCW 9A.52.070"))
        undated = recontacted(
            stage, cause_number="2", source_record_id="2",
            charges=(ChargePart(seq=1, statute="RCW 9A.52.070"),),
        )  # fmt: skip
        whole = recontacted(stage, cause_number="1", source_record_id="1", charges=charges)
        await stage.deliver_and_handle(whole, undated)
        ledger = (await stage.client.get(f"/v1/ledger/{KEY}", headers=liaison)).json()["items"]
        by_case = {item["cause_number"]: item["charges"] for item in ledger}
        first, second, third = by_case["1"]
        assert (first["nibrs"], first["severity"]) == ("35A", "misdemeanor")
        assert first["by_statute_table"] == {
            "state": "WA", "version": 1, "fields": ["nibrs", "severity"]
        }  # fmt: skip
        assert (second["nibrs"], second["severity"]) == ("23C", "as sent")
        assert "by_statute_table" not in second
        assert third["nibrs"] == "90J"
        assert by_case["2"][0]["nibrs"] is by_case["0"][0]["nibrs"] is None


async def test_a_diverted_charge_is_classified_too(open_stage: OpenStage, headers: Headers) -> None:
    """A section without its code is looked up in the law of the site's state."""
    async with open_stage("prosecution-hook") as stage:
        manager = headers("program-manager")
        policy = {"site": "king-county", "policy": {"state": "WA"}}
        answer = await stage.client.post("/v1/policy", json=policy, headers=manager)
        assert answer.status_code == 201
        await post(stage, manager, WASHINGTON)
        charges = (ChargePart(seq=1, statute="69.50.4013"),)
        await stage.deliver_and_handle(referred(stage, charges=charges))
        [matter] = await stage.rows("SELECT charges FROM matter")
        assert matter["charges"][0]["severity"] == "gross misdemeanor"
