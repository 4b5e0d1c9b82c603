"""The audit trail: every request on record, and every tampering found."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.integration.conftest import OpenStage

from shared.audit import append
from shared.audit_trail import Finding, verify
from shared.callers import Caller
from shared.database import Transaction
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
KEY = "p_0123456789abcdef01234567"
ALICE = Caller("alice", frozenset({"case-manager"}), frozenset({"king-county"}))
NO_DAY, NO_END = "the day's own record is missing", "does not end in its last record"
RECORDS = "SELECT * FROM audit_record ORDER BY day, number"


async def test_reads_refusals_and_writes_are_on_record(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Who, what, about whom, how it ended; no value that a caller made up; no agency's report."""
    async with open_stage("prosecution-hook") as stage:
        ops, leo = headers("ops", sub="olga"), headers("liaison-prosecutor", sub="leo")
        get = stage.client.get
        for path, who, status in (
            ("/v1/outbox", ops, 200),
            (f"/v1/ledger/{KEY}", leo, 404),
            ("/v1/ledger/Quorvanik?q=Ithamar", leo, 422),
            ("/v1/outbox", leo, 403),
            ("/v1/dead-letters?limit=0", ops, 422),
            ("/v1/outbox", {}, 401),
            ("/healthz", {}, 200),
        ):
            assert (await get(path, headers=who)).status_code == status
        await stage.client.post("/v1/charges", json={}, headers=headers("court-system"))
        found = await stage.rows(RECORDS)
        assert [(r["actor"], r["action"], r["about"], r["outcome"]) for r in found] == [
            ("olga", "GET /v1/outbox", [], 200),
            ("leo", "GET /v1/ledger/{key}", [KEY], 404),
            ("leo", "GET /v1/ledger/{key}", [], 422),
            ("leo", "GET /v1/outbox", [], 403),
            ("olga", "GET /v1/dead-letters", [], 422),
        ]
        assert {r["via"] for r in found} == {"token"}
        assert "Quorvanik" not in str(found)
        await check_who_may_read_it(stage, headers)


async def check_who_may_read_it(stage: Stage, headers: Headers) -> None:
    """The privacy officer of the same site, about one person, in pages."""
    petra, path = headers("privacy-officer", sub="petra"), "/v1/audit/records"
    answer = await stage.client.get(path, params={"about": KEY}, headers=petra)
    [item] = answer.json()["items"]
    assert (item["actor"], item["outcome"]) == ("leo", 404)
    first = (await stage.client.get(path, params={"limit": 1}, headers=petra)).json()
    query = {"limit": 200, "cursor": first["next"], "actor": "olga"}
    rest = (await stage.client.get(path, params=query, headers=petra)).json()
    assert [i["action"] for i in rest["items"]] == ["GET /v1/dead-letters", "GET /v1/outbox"]
    elsewhere = headers("privacy-officer", "santa-fe", sub="paul")
    items = (await stage.client.get(path, headers=elsewhere)).json()["items"]
    assert {i["actor"] for i in items} <= {"paul"}
    refused = await stage.client.get(path, headers=headers("ops"))
    assert refused.status_code == 403
    odd = {"cursor": "2026-99-99.1", "about": "\0"}
    assert (await stage.client.get(path, params=odd, headers=petra)).status_code == 422


async def test_a_request_that_came_to_nothing_left_only_its_refusal(
    open_stage: OpenStage, headers: Headers
) -> None:
    """What was done and its record commit together: here nothing was done."""
    async with open_stage("prosecution-hook") as stage:
        ops = headers("ops", sub="olga")
        body = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
        key = {**ops, "Idempotency-Key": "k1"}
        for _ in range(2):
            answer = await stage.client.post("/v1/outbox/replay", json=body, headers=key)
            assert answer.status_code == 200
        assert answer.headers["idempotent-replay"] == "true"
        await stage.client.post("/v1/outbox/replay", json={"since": 1}, headers=ops)
        found = await stage.rows(RECORDS)
        assert [r["outcome"] for r in found] == [200, 200, 422]
        await stage.rows("ALTER TABLE audit_record RENAME TO audit_away")
        refused = await stage.client.get("/v1/outbox", headers=ops)
        assert refused.status_code == 503, "what cannot be recorded is not answered"


@asynccontextmanager
async def tampered(stage: Stage, statement: str) -> AsyncIterator[list[Finding]]:
    """What a verification finds after somebody who owns the database did this; then undone."""

    class Undo(Exception):
        pass

    with suppress(Undo):
        async with stage.transaction() as tx:
            await tx.raw.execute("SET LOCAL session_replication_role = replica")
            await tx.raw.execute(statement)
            yield (await verify(tx, "casework", tx.now - timedelta(days=400))).findings
            raise Undo


async def fill(stage: Stage, count: int) -> None:
    async def look(number: int) -> None:
        async with stage.transaction() as tx:
            tx.concerns.add(KEY)
            await append(tx, ALICE, f"GET /v1/{number}", about=set(), via="token")

    await asyncio.gather(*(look(number) for number in range(count)))


async def test_verification_finds_every_record_that_was_changed_or_removed(
    open_stage: OpenStage, headers: Headers
) -> None:
    """One record, the last one, a day's end, a whole day: each is named, and nothing else is."""
    async with open_stage("casework") as stage:
        await fill(stage, 12)
        stage.clock.advance(timedelta(days=1))
        await fill(stage, 8)
        numbers = [row["number"] for row in await stage.rows(RECORDS)]
        assert numbers == [*range(1, 13), *range(1, 9)], "written at once, one after the other"
        first, second = (r["day"] for r in await stage.rows("SELECT day FROM audit_day ORDER BY 1"))
        for statement, day, number, what in (
            ("UPDATE audit_record SET actor = 'ben' WHERE {one} = 5", first, 5, "changed"),
            ("UPDATE audit_record SET about = '{{}}' WHERE {two} = 8", second, 8, "changed"),
            ("DELETE FROM audit_record WHERE {one} = 1", first, 1, "missing: 1"),
            ("DELETE FROM audit_record WHERE {one} IN (5, 6)", first, 5, "missing: 2"),
            ("DELETE FROM audit_record WHERE {two} = 8", second, 8, "missing: 1"),
            ("UPDATE audit_record SET number = 99 WHERE {two} = 8", second, 8, "missing: 91"),
            ("DELETE FROM audit_day WHERE {second}", second, None, NO_DAY),
            ("UPDATE audit_day SET head = '\\x00' WHERE {second}", second, None, NO_END),
        ):
            places = {"second": f"day = '{second}'"}
            places["one"], places["two"] = (f"day = '{d}' AND number" for d in (first, second))
            async with tampered(stage, statement.format(**places)) as findings:
                assert findings == [Finding(day=day, number=number, what=what)], statement
        async with stage.transaction() as tx:
            found = await verify(tx, "casework", tx.now - timedelta(days=400))
        assert (found.records, found.days, found.findings) == (20, 2, [])
        await check_that_the_end_cannot_be_cut_off(stage, headers, found.head)


async def check_that_the_end_cannot_be_cut_off(stage: Stage, headers: Headers, head: Any) -> None:
    """Not even with the day's own record put back: the noted head is not there any more."""
    ops, path = headers("ops"), "/v1/audit/verification"
    answer = (await stage.client.get(path, params={"noted": head}, headers=ops)).json()
    assert (answer["findings"], answer["head"]) == ([], head)
    async with stage.transaction() as tx:
        await tx.raw.execute("SET LOCAL session_replication_role = replica")
        await tx.raw.execute(
            "DELETE FROM audit_record WHERE number > 6 AND day = (SELECT max(day) FROM audit_day)"
        )
        await tx.raw.execute(
            "UPDATE audit_day d SET records = 6, head = r.hash FROM audit_record r"
            " WHERE r.day = d.day AND r.number = 6 AND d.records IN (8, 9)"
        )
    answer = (await stage.client.get(path, params={"noted": head}, headers=ops)).json()
    assert [f["what"] for f in answer["findings"]] == ["the noted head is not in the chain"]


async def test_our_own_code_cannot_change_it_and_forgets_only_on_time(
    open_stage: OpenStage,
) -> None:
    """The database refuses; housekeeping takes what is past six years; the chain still holds."""
    async with open_stage("referral") as stage:
        await fill(stage, 3)
        for statement in ("UPDATE audit_record SET actor = 'x'", "DELETE FROM audit_record",
                          "TRUNCATE audit_record", "TRUNCATE audit_day"):  # fmt: skip
            with pytest.raises(asyncpg.RaiseError):
                await stage.rows(statement)
        await stage.pass_time(timedelta(days=365 * 5))
        assert len(await stage.rows(RECORDS)) == 3
        await stage.pass_time(timedelta(days=380))
        assert await stage.rows(RECORDS) == []
        await fill(stage, 1)
        async with stage.transaction() as tx:
            await check_verified(tx, stage)


async def check_verified(tx: Transaction, stage: Stage) -> None:
    days = stage.runtime.settings.audit_retention_days
    found = await verify(tx, "referral", tx.now - timedelta(days=days))
    assert (found.records, found.days, found.findings) == (1, 2, [])
