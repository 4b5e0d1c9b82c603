"""On real Apache Kafka: members come and go, the broker dies, a topic is read again from a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.spine import toy
from tests.integration.spine.test_consumer import effects, metric
from tests.integration.spine.test_outbox import count, drained
from tests.integration.spine.toy import Noted, NoteReported, Underlined, noted

from lead.kafka import KafkaCluster, RealKafka
from shared.consumer import Consumer
from shared.database import Database, publish
from shared.messages import Subscriptions
from shared.testing import Stage, eventually

pytestmark = pytest.mark.kafka
SUBJECTS = [f"s{n}" for n in range(12)]


@pytest.fixture
async def stage(
    open_toy: Callable[..., AbstractAsyncContextManager[Stage]],
    kafka: KafkaCluster,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Stage]:
    """The toy on real Kafka, with topics that only this test has."""
    suffix = uuid4().hex[:8]
    monkeypatch.setattr(Noted, "topic", f"lead.toy.events-{suffix}")
    monkeypatch.setattr(Underlined, "topic", Noted.topic)
    monkeypatch.setattr(NoteReported, "topic", f"lead.toy.reports-{suffix}")
    kafka.create_topics({Noted.topic: 6, NoteReported.topic: 2})
    async with open_toy(
        kafka_bootstrap_servers=kafka.bootstrap,
        kafka_session_timeout_ms=6_000,
        kafka_fetch_max_wait_ms=500,
    ) as stage:
        yield stage


@asynccontextmanager
async def load(stage: Stage) -> AsyncIterator[list[Noted]]:
    """Publishes for as long as the block lasts, in order per subject; gives what it published."""
    events: list[Noted] = []
    stop = asyncio.Event()

    async def publish_on() -> None:
        while not stop.is_set():
            page = [noted(SUBJECTS[n % 12], n) for n in range(len(events), len(events) + 24)]
            async with stage.transaction() as tx:
                publish(tx, *page)
            events.extend(page)
            await asyncio.sleep(0.02)

    publishing = asyncio.create_task(publish_on())
    try:
        yield events
    finally:
        stop.set()
        await publishing


async def all_once_and_in_order(stage: Stage, events: list[Noted]) -> None:
    await stage.handled(*events)
    await drained(stage)
    found = await effects(stage)
    assert len(found) == len(events)
    for subject in SUBJECTS:
        expected = [event.number for event in events if event.subject == subject]
        assert [number for s, number in found if s == subject] == expected
    assert await count(stage, "dead_letter") == 0


@asynccontextmanager
async def second_member(
    stage: Stage, subscriptions: Subscriptions = toy.SUBSCRIPTIONS
) -> AsyncIterator[Consumer]:
    """One more consumer of the group, as in a second pod."""
    runtime = stage.runtime
    database = Database(stage.database.url, stage.ring)
    arguments: Any = (runtime.metrics, runtime.telemetry.tracer)
    consumer = Consumer(database, runtime.settings, "toy", subscriptions, *arguments)
    running = asyncio.create_task(consumer.run())
    try:
        yield consumer
    finally:
        consumer.stop()
        await asyncio.wait_for(running, 60)
        await database.close()


def partitions_of(consumer: Consumer | None) -> int:
    assert consumer is not None
    return len(consumer._kafka.assignment()) if consumer._kafka else 0


async def test_a_second_member_joins_and_leaves_under_load(stage: Stage) -> None:
    """Partitions move over and back: nothing is lost, nothing has two effects, order is kept."""
    first = stage.runtime.consumer

    async def alone() -> bool:
        return partitions_of(first) == 6

    await eventually(alone)
    async with load(stage) as events:
        for _ in range(2):
            async with second_member(stage) as second:

                async def shared() -> bool:
                    return partitions_of(first) == partitions_of(second) == 3

                await eventually(shared, seconds=30)
                await asyncio.sleep(0.5)
            await eventually(alone, seconds=30)
    assert len(events) > 200
    await all_once_and_in_order(stage, events)


async def test_two_versions_side_by_side_lose_no_event_of_a_new_type(stage: Stage) -> None:
    """The old version skips the type while it has the partition; the new one reads it there."""
    old = stage.runtime.consumer
    assert old is not None

    def underlined(start: int) -> list[Underlined]:
        now = datetime.now(UTC)
        return [
            Underlined(site=toy.SITE, subject=SUBJECTS[n % 12], occurred_at=now, number=n)
            for n in range(start, start + 24)
        ]

    before, during = underlined(100), underlined(200)
    await stage.deliver(*before, *[noted(subject, 1) for subject in SUBJECTS])

    async def skipped() -> bool:
        return await metric(stage, "lead_consumer_skipped_total") >= 24

    await eventually(skipped)
    async with second_member(stage, toy.NEXT_SUBSCRIPTIONS) as new:

        async def side_by_side() -> bool:
            return partitions_of(old) == partitions_of(new) == 3

        await eventually(side_by_side)
        await stage.deliver(*during, *[noted(subject, 2) for subject in SUBJECTS])
        stage.runtime.supervisor._stopping = True
        old.stop()
        await stage.handled(*before, *during)
        found = await effects(stage)
    assert sorted(n for _, n in found if n >= 100) == [*range(100, 124), *range(200, 224)]
    assert sorted(n for _, n in found if n < 100) == [1] * 12 + [2] * 12
    assert await stage.rows("SELECT * FROM skipped_event") == []


async def test_a_broker_killed_and_restarted_under_load_loses_nothing(
    stage: Stage, kafka: KafkaCluster
) -> None:
    """kill -9, seconds of silence, back with its data: relay and consumer find it by themselves."""
    if not isinstance(kafka, RealKafka):
        pytest.skip("a Kafka of somebody else's is not ours to kill")
    async with load(stage) as events:
        await asyncio.sleep(1)
        await asyncio.to_thread(kafka.kill)
        before = len(events)
        await asyncio.sleep(2)
        assert len(events) > before, "requests are accepted without a broker"
        await asyncio.to_thread(kafka.restart)
        await asyncio.sleep(1)
    await all_once_and_in_order(stage, events)


async def test_a_topic_is_read_again_from_a_time(
    stage: Stage, headers: Callable[..., dict[str, str]]
) -> None:
    """What came before that time is not; what is read again has no second effect."""
    early, late = ([noted(f"s{n % 3}", n) for n in range(k, k + 10)] for k in (0, 10))
    await stage.deliver_and_handle(*early)
    await asyncio.sleep(0.05)
    since = datetime.now(UTC).isoformat()
    await stage.deliver_and_handle(*late)
    body = {"topic": Noted.topic, "since": since}
    answer = await stage.client.post("/v1/consumer/rewind", json=body, headers=headers("ops"))
    assert answer.json() == {"partitions": 6}

    async def read_again() -> bool:
        return await metric(stage, "lead_inbox_duplicates_total") == 10

    await eventually(read_again)
    await stage.deliver_and_handle(noted("s0", 99))
    assert await metric(stage, "lead_inbox_duplicates_total") == 10
    assert len(await effects(stage)) == 21
