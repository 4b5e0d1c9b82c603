"""The consumer: every message has its effect once, in order, or is set aside with a reason."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from pydantic import create_model
from tests.integration.spine import toy
from tests.integration.spine.test_outbox import count, drained, kill_backends
from tests.integration.spine.toy import Noted, noted

from shared.consumer import Consumer
from shared.database import Database, Transaction, publish
from shared.events.wire import encode
from shared.messages import Message, Subscription
from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]


async def produce(
    stage: Stage, payload: bytes | None, headers: dict[str, bytes | None], key: bytes = b"k"
) -> None:
    """Put a record on the toy's topic as a stranger would."""
    servers = stage.runtime.settings.kafka_bootstrap_servers
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        pairs: Any = list(headers.items())
        await producer.send_and_wait(Noted.topic, payload, key=key, headers=pairs)


def headers_of(event: Noted, stage: Stage) -> dict[str, bytes | None]:
    return {name: value.encode() for name, value in encode(event, stage.ring).headers.items()}


async def effects(stage: Stage) -> list[tuple[str, int]]:
    rows = await stage.rows("SELECT subject, number FROM effect ORDER BY position")
    return [(row["subject"], row["number"]) for row in rows]


async def letters(stage: Stage, expected: int) -> list[dict[str, Any]]:
    """The dead letters, once there are as many as expected."""

    async def enough() -> bool:
        return await count(stage, "dead_letter") == expected

    await eventually(enough)
    return await stage.rows("SELECT * FROM dead_letter ORDER BY failed_at, id")


async def metric(stage: Stage, name: str) -> float:
    text = (await stage.client.get("/metrics")).text
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


async def test_a_duplicate_delivery_has_no_second_effect(stage: Stage) -> None:
    """Ten copies in one batch and one later: one effect, the others counted."""
    event = noted("a", 1)
    await stage.deliver(*[event] * 10)
    await stage.handled(event)
    await stage.deliver(event)
    await stage.deliver_and_handle(noted("a", 2))
    assert await effects(stage) == [("a", 1), ("a", 2)]

    async def counted() -> bool:
        return await metric(stage, "lead_inbox_duplicates") == 10

    await eventually(counted)


async def test_a_poison_message_is_set_aside_and_the_others_go_on(stage: Stage) -> None:
    """Its neighbors, and its own key's later messages, have their effect in order."""
    events = [noted(f"s{n % 3}", n) for n in range(30)]
    events[10] = noted("s1", 10, "poison Canary-Name")
    events[20] = noted("s2", 20, "refused")
    await stage.deliver(*events)
    await stage.handled(*[e for e in events if not e.text])
    by_subject = {f"s{k}": [n for n in range(k, 30, 3) if n not in (10, 20)] for k in range(3)}
    for subject, numbers in by_subject.items():
        assert [n for s, n in await effects(stage) if s == subject] == numbers
    found = await letters(stage, 2)
    assert {letter["event_id"] for letter in found} == {str(events[10].id), str(events[20].id)}
    reasons = sorted(letter["reason"] for letter in found)
    assert reasons[0].startswith("NoteRefused: note-refused")
    assert reasons[1].startswith("ValueError in on_noted:")
    everything = repr(found) + (await stage.client.get("/metrics")).text
    assert "Canary" not in everything


async def test_a_failing_batch_costs_the_good_messages_nothing(stage: Stage) -> None:
    """The fast path is rolled back whole, then each message has its own transaction."""
    consumer = stage.runtime.consumer
    assert consumer is not None
    events = [noted("a", n, "poison" if n == 3 else "") for n in range(6)]
    messages = [message_of(event, stage) for event in events]
    await consumer.handle(messages)
    assert await effects(stage) == [("a", n) for n in (0, 1, 2, 4, 5)]
    await consumer.handle([message_of(event, stage) for event in events])
    assert len(await effects(stage)) == 5
    assert len(await letters(stage, 1)) == 1


def message_of(event: Noted, stage: Stage) -> Message:
    encoded = encode(event, stage.ring)
    return Message(encoded.topic, encoded.key, encoded.headers, encoded.payload, "t/0/0")


async def test_a_renamed_handler_does_not_handle_an_event_again(stage: Stage) -> None:
    """The inbox knows a handler by its subscription's name, not by the name of its function."""
    event = noted("a", 1)
    message = message_of(event, stage)
    assert stage.runtime.consumer is not None
    await stage.runtime.consumer.handle([message])

    async def renamed(event: Noted, tx: Transaction) -> None:
        await toy.on_noted(event, tx)

    runtime = stage.runtime
    name = runtime.service.subscriptions[Noted].name
    for stored, expected in ((name, [("a", 1)]), ("another", [("a", 1), ("a", 1)])):
        consumer = Consumer(
            runtime.database,
            runtime.settings,
            "toy",
            {Noted: Subscription(stored, renamed)},
            runtime.metrics,
            runtime.telemetry.tracer,
        )
        await consumer.handle([message_of(event, stage)])
        assert await effects(stage) == expected


async def test_a_passing_fault_is_retried_in_place(stage: Stage) -> None:
    """Later messages of the key wait for it: their order is kept, and nothing is set aside."""
    toy.RETRY_ONCE.clear()
    await stage.deliver(noted("a", 1), noted("a", 2, "outage-1"), last := noted("a", 3))
    await stage.handled(last)
    assert await effects(stage) == [("a", 1), ("a", 2), ("a", 3)]
    assert await count(stage, "dead_letter") == 0


async def test_nothing_is_lost_while_connections_are_killed(stage: Stage, dsn: str) -> None:
    """Every few milliseconds all connections of the service die, under load."""
    events = [noted(f"s{n % 4}", n) for n in range(400)]

    async def kill() -> None:
        for _ in range(6):
            await asyncio.sleep(0.05)
            await kill_backends(dsn)

    killing = asyncio.create_task(kill())
    for start in range(0, 400, 40):
        await stage.deliver(*events[start : start + 40])
    await killing
    await stage.handled(*events)
    for k in range(4):
        assert [n for s, n in await effects(stage) if s == f"s{k}"] == list(range(k, 400, 4))
    assert await count(stage, "dead_letter") == 0


async def test_an_unknown_event_type_is_skipped_and_counted(stage: Stage) -> None:
    """A newer publisher may add types; they are not for this version."""
    unknown = headers_of(noted("a", 1), stage) | {"ce_type": b"lead.toy.noted.v2"}
    await produce(stage, b"\x00\xff", unknown)
    await stage.deliver_and_handle(noted("a", 2))

    async def counted() -> bool:
        return await metric(stage, "lead_consumer_skipped") == 1

    await eventually(counted)
    assert await count(stage, "dead_letter") == 0


async def test_an_old_consumer_reads_an_event_with_a_new_optional_field(stage: Stage) -> None:
    """Within a version optional fields may be added; who does not know them ignores them."""
    newer: Any = create_model("Noted", __base__=Noted, mood=(str | None, None))
    newer.type, newer.topic = Noted.type, Noted.topic
    event = newer(
        site="king-county", subject="a", occurred_at=datetime.now(UTC), number=1, mood="new"
    )
    assert "mood" in encode(event, stage.ring).payload.decode() or newer.classes["mood"]
    await stage.deliver_and_handle(event)
    assert await effects(stage) == [("a", 1)]


async def test_a_malformed_record_never_stops_the_consumer(stage: Stage) -> None:
    """Whatever a stranger puts on the topic, the next event is handled."""
    good = headers_of(noted("a", 1), stage)
    strange: list[tuple[bytes | None, dict[str, bytes | None]]] = [
        (b"\xff\xfe\x00", good),
        (b'{"number": "many"}', good | {"ce_id": str(noted("a", 1).id).encode()}),
        (b"[" * 100_000, good | {"ce_id": str(noted("a", 1).id).encode()}),
        (b"{}", {"ce_type": Noted.type.encode()}),
        (b"{}", {}),
        (None, {"ce_type": None}),
        (b"{}", good | {"ce_id": b"Canary-Name\x00\xff"}),
        (b"x" * 900_000, good | {"ce_id": str(noted("a", 1).id).encode()}),
        (b"{}", good | {"ce_id": str(noted("a", 1).id).encode(), "h": b"x" * 200_000}),
    ]
    for payload, headers in strange:
        await produce(stage, payload, headers, key=b"k\x00\xff")
    await stage.deliver_and_handle(noted("a", 2))
    await letters(stage, len(strange))
    await drained(stage)


async def test_a_value_that_does_not_fit_its_column_is_not_retried_for_ever(stage: Stage) -> None:
    """No other attempt would fit it: it is set aside at once."""
    await stage.deliver(noted("a", 2**40), last := noted("a", 2))
    await stage.handled(last)
    [letter] = await letters(stage, 1)
    assert "DataError" in letter["reason"]


async def test_a_handler_without_a_free_connection_is_a_passing_fault(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy pool must never turn events into dead letters."""
    consumer = stage.runtime.consumer
    assert consumer is not None
    pool = stage.runtime.work_database._engine.pool
    size = stage.runtime.settings.database_work_pool_size
    async with AsyncExit(stage.runtime.work_database, size):
        monkeypatch.setattr(pool, "_timeout", 0.2)
        working = asyncio.create_task(consumer.handle([message_of(noted("a", 1), stage)]))
        await asyncio.sleep(0.5)
        assert not working.done()
    await asyncio.wait_for(working, 60)
    assert await effects(stage) == [("a", 1)]
    assert await count(stage, "dead_letter") == 0


class AsyncExit:
    """Holds as many of the pool's connections."""

    def __init__(self, database: Database, number: int) -> None:
        self._held = [database.transaction() for _ in range(number)]

    async def __aenter__(self) -> None:
        for transaction in self._held:
            await transaction.__aenter__()

    async def __aexit__(self, *_: object) -> None:
        for transaction in self._held:
            await transaction.__aexit__(None, None, None)


async def test_what_a_handler_publishes_belongs_to_the_same_chain(stage: Stage) -> None:
    """Correlation stays, causation is the event before."""
    async with stage.transaction() as tx:
        publish(tx, noted("a", 1))
    [first] = await stage.published(Noted)
    await stage.handled(first)
    rows = await stage.rows("SELECT headers FROM outbox")
    assert f'"ce_correlationid":"{first.id}"' in rows[0]["headers"]
