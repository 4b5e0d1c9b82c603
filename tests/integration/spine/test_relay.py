"""The relay: in order per key, nothing skipped, whoever leads and whatever it loses."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from tests.integration.spine.harness import FaultyBroker, first_of_each, header, read_topic
from tests.integration.spine.toy import Noted, noted

from shared import outbox
from shared import relay as relay_module
from shared.config import ServiceSettings
from shared.database import Database, publish, run_alone
from shared.relay import LOCK, Relay
from shared.sealing import KeyRing
from shared.telemetry import SpineMetrics, new_telemetry
from shared.testing import MASTER_RING, eventually

Values = dict[str, Any]
RunRelay = Callable[[], Any]
TOPIC = Noted.topic


def new_database(dsn: str) -> Database:
    return Database(dsn, KeyRing(MASTER_RING["keys"]), pool_size=10)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    database = new_database(dsn)
    yield database
    await database.close()


@pytest.fixture
def run_relay(values: Values, dsn: str) -> RunRelay:
    """`async with run_relay() as relay:` runs one more relay with connections of its own."""

    @asynccontextmanager
    async def run() -> AsyncIterator[Relay]:
        database = new_database(dsn)
        metrics = SpineMetrics(new_telemetry("toy", 0).meter)
        relay = Relay(database, ServiceSettings(**values), "toy", metrics)
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            relay.stop()
            await asyncio.wait_for(task, 60)
            await database.close()

    return run


async def all_sent(database: Database) -> None:
    async def nothing_pending() -> bool:
        async with database.transaction() as tx:
            return not await tx.raw.fetchval("SELECT count(*) FROM outbox_pending")

    await eventually(nothing_pending)


async def numbers_by_key(broker: FaultyBroker) -> dict[str, list[int]]:
    """What a consumer with an inbox sees: each event once, per key in the order of the topic."""
    records = await read_topic(broker.bootstrap, TOPIC)
    by_id = {header(record, "ce_id"): record for record in records}
    seen: dict[str, list[int]] = defaultdict(list)
    for event_id in first_of_each([header(record, "ce_id") for record in records]):
        record = by_id[event_id]
        seen[record.key.decode()].append(int(header(record, "number")))
    return seen


async def write(tx: Any, subject: str, number: int) -> None:
    """Publish with the number where the reader of the topic finds it without keys."""
    publish(tx, noted(subject, number))
    tx.staged[-1].headers["number"] = str(number)


async def test_a_transaction_that_commits_late_is_still_published(
    database: Database, run_relay: RunRelay, broker: FaultyBroker
) -> None:
    """It took its place in the outbox first and commits last, after thousands of others left."""
    async with run_relay():
        async with database.transaction() as late:
            publish(late, event := noted("late", 1))
            await outbox.write(late.raw, late.staged)
            late.staged.clear()
            for number in range(3):
                async with database.transaction() as tx:
                    publish(tx, *(noted("soon", number * 500 + n) for n in range(500)))
            await all_sent(database)
        await all_sent(database)
    records = await read_topic(broker.bootstrap, TOPIC)
    assert len(records) == 1501
    assert str(event.id) in {header(record, "ce_id") for record in records}


async def test_order_holds_when_an_early_row_commits_while_a_page_is_in_flight(
    database: Database, run_relay: RunRelay, broker: FaultyBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Key `a` has an early row that commits late and one more after it: in this order they leave.

    The page in flight lies between the two, so "what is newer than that page" is the wrong place
    to look for the next one.
    """
    monkeypatch.setattr(relay_module, "PAGE", 2)
    held, may_commit, committed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def early() -> None:
        async with database.transaction() as tx:
            await tx.raw.execute("INSERT INTO note VALUES (gen_random_uuid(), 'a', 1)")
            await write(tx, "a", 1)
            await outbox.write(tx.raw, tx.staged)
            tx.staged.clear()
            held.set()
            await may_commit.wait()
        committed.set()

    holding = asyncio.create_task(early())
    await held.wait()
    async with database.transaction() as tx:
        for number in (1, 2, 3, 4):
            await write(tx, "b", number)
    original, calls = relay_module._mark_and_read, 0

    async def read(connection: Any, acknowledged: Any, in_flight: Any) -> Any:
        nonlocal calls
        calls += 1
        if in_flight and calls == 2:
            may_commit.set()
            await committed.wait()
            async with database.transaction() as tx:
                await write(tx, "a", 2)
        return await original(connection, acknowledged, in_flight)

    monkeypatch.setattr(relay_module, "_mark_and_read", read)
    async with run_relay():
        await committed.wait()
        await all_sent(database)
    await holding
    assert await numbers_by_key(broker) == {"king-county:a": [1, 2], "king-county:b": [1, 2, 3, 4]}


async def end_leader(connection: asyncpg.Connection) -> bool:
    """Kill the session that holds the lock, as a partition of the network would."""
    return bool(
        await connection.fetchval(
            "SELECT pg_terminate_backend(pid) FROM pg_locks l JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND objid = $1 AND datname = current_database()",
            LOCK,
        )
    )


async def test_order_per_key_holds_while_two_relays_fight(
    database: Database, run_relay: RunRelay, broker: FaultyBroker, dsn: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The leader is killed again and again in mid-stream, and another one takes over."""
    monkeypatch.setattr(relay_module, "PAGE", 10)
    monkeypatch.setattr(relay_module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 0.05)

    async def write_key(subject: str) -> None:
        for number in range(60):
            async with database.transaction() as tx:
                await tx.raw.execute("SELECT pg_advisory_xact_lock(hashtext($1))", subject)
                await write(tx, subject, number)

    subjects = [f"s{n}" for n in range(6)]
    killer = await asyncpg.connect(dsn)
    kills = 0
    async with run_relay() as first, run_relay() as second:
        writing = asyncio.gather(*(write_key(subject) for subject in subjects))
        led_by: set[Relay] = set()
        while kills < 8:
            await asyncio.sleep(0.03)
            assert not (first.leading and second.leading and kills == 0)
            led_by |= {relay for relay in (first, second) if relay.leading}
            kills += await end_leader(killer)
        await writing
        await all_sent(database)
    await killer.close()
    assert led_by == {first, second}
    assert await numbers_by_key(broker) == {f"king-county:{s}": list(range(60)) for s in subjects}


async def test_a_stand_by_hands_its_wake_ups_to_the_leader_and_is_quiet(
    run_relay: RunRelay, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit in the stand-by's process leaves at once; the stand-by does not wake itself."""
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 30)
    async with run_relay() as leader:

        async def leads() -> bool:
            return bool(leader.leading)

        await eventually(leads)
        async with run_relay() as stand_by:

            async def connected() -> bool:
                return bool(stand_by.connected)

            await eventually(connected)
            calls = 0

            async def count(connection: Any, statement: str, *arguments: Any) -> Any:
                nonlocal calls
                calls += "pg_notify" in statement
                return await run_alone(connection, statement, *arguments)

            monkeypatch.setattr(relay_module, "run_alone", count)
            await asyncio.sleep(0.2)
            async with stand_by._database.transaction() as tx:
                publish(tx, noted("a", 1))
            await all_sent(stand_by._database)
            # Time enough for hundreds of calls, if one led to the next.
            await asyncio.sleep(0.3)
            assert calls == 1


async def test_a_relay_that_is_stopped_sends_what_is_committed_first(
    database: Database, run_relay: RunRelay
) -> None:
    """A rolling update leaves nothing behind for the next process to find."""
    async with run_relay() as relay:

        async def leads() -> bool:
            return bool(relay.leading)

        await eventually(leads)
        async with database.transaction() as tx:
            publish(tx, noted("a", 1))
    async with database.transaction() as tx:
        assert await tx.raw.fetchval("SELECT count(*) FROM outbox_pending") == 0


async def test_nothing_is_lost_while_the_broker_is_away(
    database: Database, run_relay: RunRelay, broker: FaultyBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed meanwhile leaves when it is back, in order."""
    monkeypatch.setattr(relay_module, "SEND_TIMEOUT_SECONDS", 1)
    async with run_relay():
        async with database.transaction() as tx:
            await write(tx, "a", 0)
        await all_sent(database)
        broker.go_down()
        for number in range(1, 20):
            async with database.transaction() as tx:
                await write(tx, "a", number)
        await asyncio.sleep(2)
        broker.come_up()
        await all_sent(database)
    assert await numbers_by_key(broker) == {"king-county:a": list(range(20))}
