"""Intake: 202 means durable, a repeated report has one receipt, a bad one harms nobody."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest
from tests.integration.spine.test_outbox import count, drained, kill_backends
from tests.integration.spine.toy import reported

from shared import intake as intake_module
from shared.database import run_alone
from shared.errors import Overloaded
from shared.intake import Intake, KeyUsedForAnotherRecord, RecordContradicted
from shared.testing import Stage, eventually

Headers = dict[str, str]


def intake_of(stage: Stage) -> Intake:
    assert stage.runtime.intake is not None
    return stage.runtime.intake


async def test_fifty_identical_posts_at_once_are_one_report(
    stage: Stage, reporter: Headers
) -> None:
    """All get 202 with one receipt; one event leaves."""
    posts = [
        stage.client.post("/v1/reports", json={"record": "r-1"}, headers=reporter)
        for _ in range(50)
    ]
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert await count(stage, "outbox") == await count(stage, "intake") == 1
    await drained(stage)


async def test_requests_that_arrive_together_share_a_commit(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is where the throughput comes from."""
    commits = 0

    async def counting(*arguments: object) -> object:
        nonlocal commits
        commits += 1
        return await run_alone(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(intake_module, "run_alone", counting)
    reports = [reported(f"r-{n}") for n in range(100)]
    receipts = await asyncio.gather(*(intake_of(stage).accept(report) for report in reports))
    assert receipts == [report.receipt for report in reports]
    assert commits <= 3


async def test_one_bad_report_of_a_batch_fails_alone(stage: Stage) -> None:
    """The statement fails as a whole, so each report then gets its own."""
    records = ["r-1", "r-2", "bad\x00one", "r-3"]
    answers = await asyncio.gather(
        *(intake_of(stage).accept(reported(record)) for record in records), return_exceptions=True
    )
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, True, False]
    assert await count(stage, "intake") == 3


async def test_the_same_record_with_other_content_is_a_contradiction(stage: Stage) -> None:
    """A new version of the record is another report."""
    first = await intake_of(stage).accept(reported("r-1"))
    with pytest.raises(RecordContradicted):
        await intake_of(stage).accept(reported("r-1", surname="Other"))
    second = await intake_of(stage).accept(reported("r-1", version=2, surname="Other"))
    assert first != second


async def test_digests_of_earlier_releases_are_still_recognized(stage: Stage) -> None:
    """A repeat across an upgrade is a repeat, and another content is a contradiction."""
    first = await intake_of(stage).accept(reported("r-1"))
    earlier = intake_of(stage)._arrival(reported("r-1"), "", None).earlier_content()
    async with stage.runtime.database.transaction() as tx:
        await tx.raw.execute("UPDATE intake SET content_digest = $1", earlier)
    assert await intake_of(stage).accept(reported("r-1")) == first
    with pytest.raises(RecordContradicted):
        await intake_of(stage).accept(reported("r-1", surname="Other"))


async def test_a_key_stands_for_one_report_of_one_caller(stage: Stage) -> None:
    """Another report with it is refused, known or not; another caller's same key is free."""
    accept = intake_of(stage).accept
    first = await accept(reported("r-1"), sub="jail", idempotency_key="k")
    assert await accept(reported("r-1"), sub="jail", idempotency_key="k") == first
    await accept(reported("r-2"), sub="jail")
    for record in ("r-2", "r-3"):
        with pytest.raises(KeyUsedForAnotherRecord):
            await accept(reported(record), sub="jail", idempotency_key="k")
    await accept(reported("r-4"), sub="police", idempotency_key="k")


async def test_a_lost_connection_is_answered_503_and_the_repeat_is_safe(
    stage: Stage, reporter: Headers, dsn: str
) -> None:
    """Whether the commit came through is unknown: the repeat finds out."""
    blocker = await asyncpg.connect(dsn)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute("LOCK TABLE intake IN SHARE MODE")
    body = {"record": "r-1"}
    waiting = asyncio.create_task(stage.client.post("/v1/reports", json=body, headers=reporter))

    async def blocked() -> bool:
        return bool(await stage.rows("SELECT FROM pg_locks WHERE NOT granted"))

    await eventually(blocked)
    await kill_backends(dsn, but=blocker)
    answer = await waiting
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    await blocker.close()

    async def accepted() -> bool:
        again = await stage.client.post("/v1/reports", json=body, headers=reporter)
        return again.status_code == 202

    await eventually(accepted)
    assert await count(stage, "intake") == await count(stage, "outbox") == 1


async def test_a_connection_lost_while_idle_costs_no_request(
    stage: Stage, reporter: Headers, dsn: str
) -> None:
    """Nothing was sent on it, so a new one takes its place unseen."""
    await stage.client.post("/v1/reports", json={"record": "r-1"}, headers=reporter)
    await kill_backends(dsn)
    await asyncio.sleep(0.1)
    answer = await stage.client.post("/v1/reports", json={"record": "r-2"}, headers=reporter)
    assert answer.status_code == 202


async def test_too_many_waiting_reports_are_told_to_come_back(
    open_toy: Callable[..., object], reporter: Headers, dsn: str
) -> None:
    """Memory is bounded: beyond the limit 503 with Retry-After, the others are kept."""
    async with open_toy(intake_queue_limit=5) as stage:  # type: ignore[attr-defined]
        blocker = await asyncpg.connect(dsn)
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE intake IN SHARE MODE")
            posts = [
                asyncio.create_task(
                    stage.client.post("/v1/reports", json={"record": f"r-{n}"}, headers=reporter)
                )
                for n in range(20)
            ]

            async def some_refused() -> bool:
                return any(post.done() for post in posts)

            await eventually(some_refused)
        answers = [await post for post in posts]
        await blocker.close()
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused
        assert all(answer.headers["retry-after"] for answer in refused)
        assert len(answers) - len(refused) == await count(stage, "intake") > 0


async def test_stopping_answers_everybody_who_waits(stage: Stage) -> None:
    """What was taken in is written; what comes after is told to go elsewhere."""
    intake = Intake(stage.database, queue_limit=1_000)
    waiting = [asyncio.create_task(intake.accept(reported(f"r-{n}"))) for n in range(600)]
    await asyncio.sleep(0)
    running = asyncio.create_task(intake.run())
    intake.stop()
    with pytest.raises(Overloaded):
        await intake.accept(reported("late"))
    async with asyncio.timeout(60):
        assert len({await receipt for receipt in waiting}) == 600
        await running
    assert await count(stage, "intake") == 600
