"""The outbox: what commits leaves, what does not commit never does, and success means committed."""

import asyncio

import asyncpg
import httpx
import pytest
from tests.integration.spine.harness import header, read_topic
from tests.integration.spine.toy import noted

from shared.database import publish
from shared.errors import is_transient
from shared.events.wire import Encoded
from shared.outbox import MAX_PAYLOAD_BYTES, write
from shared.testing import Stage, eventually

Headers = dict[str, str]
PROBLEM = "application/problem+json"


async def count(stage: Stage, table: str) -> int:
    return int((await stage.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"])  # noqa: S608


async def drained(stage: Stage) -> None:
    """Wait until nothing is pending."""

    async def nothing_pending() -> bool:
        return await count(stage, "outbox_pending") == 0

    await eventually(nothing_pending)


async def test_a_note_goes_all_the_way(stage: Stage, writer: Headers) -> None:
    """One request: a row, an event on Kafka under its key, one effect of the service's consumer."""
    answer = await stage.client.post("/v1/notes", json={"subject": "a"}, headers=writer)
    assert answer.status_code == 201, answer.text

    async def effect() -> bool:
        return await count(stage, "effect") == 1

    await eventually(effect)
    [record] = await read_topic(stage.runtime.settings.kafka_bootstrap_servers, "lead.toy.events")
    assert record.key == b"king-county:a"


@pytest.mark.parametrize("path", ["/v1/doomed-notes", "/v1/hushed-notes"])
async def test_a_failing_commit_is_never_answered_with_success(
    stage: Stage, writer: Headers, path: str
) -> None:
    """A deferred constraint, and a commit that PostgreSQL silently turns into a rollback."""
    body = {"subject": "a", "number": 1}
    with_key = writer | {"Idempotency-Key": "k-1"}
    for headers in (writer, with_key, with_key):
        answer = await stage.client.post(path, json=body, headers=headers)
        assert answer.status_code in (409, 500), answer.text
        assert answer.headers["content-type"] == PROBLEM
    for table in ("note", "fussy", "outbox", "idempotency_key", "effect"):
        assert await count(stage, table) == 0, table


async def test_no_event_leaves_a_transaction_that_rolls_back(
    stage: Stage, writer: Headers, broker: object
) -> None:
    """Neither from a failing request, nor from a failing block; the next one's event does."""
    answer = await stage.client.post("/v1/broken-notes", json={"subject": "a"}, headers=writer)
    assert answer.status_code == 500
    with pytest.raises(RuntimeError):
        await publish_and_fail(stage)
    async with stage.transaction() as tx:
        publish(tx, last := noted("c", 2))
    await drained(stage)
    records = await read_topic(stage.runtime.settings.kafka_bootstrap_servers, "lead.toy.events")
    assert [header(record, "ce_id") for record in records] == [str(last.id)]


async def publish_and_fail(stage: Stage) -> None:
    async with stage.transaction() as tx:
        publish(tx, noted("b", 1))
        raise RuntimeError


async def test_a_message_too_large_for_kafka_is_refused_before_the_commit(stage: Stage) -> None:
    """No row may exist that the relay can never send: it would block every other."""
    large = Encoded("x", "lead.toy.events", "k", "t", {}, b"x" * (MAX_PAYLOAD_BYTES + 1))
    with pytest.raises(ValueError, match="too large"):
        async with stage.transaction() as tx:
            await write(tx.raw, [large])
    wordy = Encoded("x", "lead.toy.events", "k", "t", {"h": "x" * 70_000}, b"x")
    with pytest.raises(ValueError, match="too large"):
        async with stage.transaction() as tx:
            await write(tx.raw, [wordy])


async def test_an_event_of_the_largest_size_leaves(stage: Stage) -> None:
    """What the outbox accepts fits into a record batch."""
    event = noted("a", 1, remark="x" * (MAX_PAYLOAD_BYTES - 2_000))
    async with stage.transaction() as tx:
        publish(tx, event)
    await stage.handled(event)


async def test_a_pooled_connection_that_died_is_not_handed_out(
    stage: Stage, writer: Headers, dsn: str
) -> None:
    """After a restart of the server no request fails for the sake of a connection of before."""
    for number in range(5):
        body = {"subject": "a", "number": number}
        await stage.client.post("/v1/notes", json=body, headers=writer)
    await kill_backends(dsn)
    # Until their end has arrived here.
    await asyncio.sleep(0.1)
    for number in range(10):
        body = {"subject": "b", "number": number}
        answer: httpx.Response = await stage.client.post("/v1/notes", json=body, headers=writer)
        assert answer.status_code == 201, answer.text


async def kill_backends(dsn: str, *, but: asyncpg.Connection | None = None) -> int:
    """End every other connection to this database, as a restart of the server would; gone when
    this returns, though not everybody may have read of it. `but`: whom to spare."""
    admin = await asyncpg.connect(dsn)
    spared = but.get_server_pid() if but else 0
    # All are told at once, and only then waited for: who is blocked by another must not go on.
    rows = await admin.fetch(
        "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), $1)",
        spared,
    )
    told = [row["pid"] for row in rows]

    async def all_gone() -> bool:
        left = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ($1::int[])"
        return bool(await admin.fetchval(left, told) == 0)

    await eventually(all_gone)
    await admin.close()
    return len(told)


async def test_a_connection_killed_inside_a_transaction_is_a_passing_fault(
    stage: Stage, dsn: str
) -> None:
    """The edge may retry it, and the next transaction works."""

    async def lose_the_connection() -> None:
        async with stage.transaction() as tx:
            publish(tx, noted("a", 1))
            await kill_backends(dsn)
            await tx.raw.fetchval("SELECT 1")

    # The driver has several for it.
    with pytest.raises(Exception) as raised:  # noqa: PT011
        await lose_the_connection()
    assert is_transient(raised.value)
    assert await count(stage, "outbox") == 0


async def test_replay_and_duplicates_change_nothing(stage: Stage, headers: object) -> None:
    """Ops publish the whole history again: every event arrives twice, none has a second effect."""
    events = [noted(f"s{n % 3}", n) for n in range(30)]
    async with stage.transaction() as tx:
        publish(tx, *events)
    await stage.handled(*events)
    ops = headers("ops")  # type: ignore[operator]
    span = {"since": "2020-01-01T00:00:00Z", "until": "2120-01-01T00:00:00Z"}
    answer = await stage.client.post("/v1/outbox/replay", json=span, headers=ops)
    assert answer.json() == {"queued": 30}
    await drained(stage)
    await stage.deliver_and_handle(last := noted("s9", 99))
    servers = stage.runtime.settings.kafka_bootstrap_servers
    ids = [header(record, "ce_id") for record in await read_topic(servers, "lead.toy.events")]
    assert sorted(ids) == sorted([str(event.id) for event in events] * 2 + [str(last.id)])
    effects = await stage.rows("SELECT event_id FROM effect")
    assert sorted(row["event_id"] for row in effects) == sorted(e.id for e in [*events, last])
