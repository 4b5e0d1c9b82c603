"""An event of a type that only a later version handles is kept for that version."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from tests.integration.spine import toy
from tests.integration.spine.test_consumer import effects, headers_of, metric, produce
from tests.integration.spine.toy import Underlined, noted

from shared.consumer import Consumer
from shared.messages import Subscriptions
from shared.testing import Stage, eventually


def underlined(subject: str, number: int) -> Underlined:
    now = datetime.now(UTC)
    return Underlined(site=toy.SITE, subject=subject, occurred_at=now, number=number)


@asynccontextmanager
async def version(stage: Stage, subscriptions: Subscriptions) -> AsyncIterator[None]:
    """A consumer of this version; the one before it has left the group."""
    runtime = stage.runtime
    consumer = Consumer(
        runtime.database,
        runtime.settings,
        "toy",
        subscriptions,
        runtime.metrics,
        runtime.telemetry.tracer,
    )
    running = asyncio.create_task(consumer.run())
    yield
    consumer.stop()
    await running


async def old_version_skips(stage: Stage, *events: Underlined) -> None:
    before = await metric(stage, "lead_consumer_skipped_total")
    await stage.deliver(*events)

    async def skipped() -> bool:
        return await metric(stage, "lead_consumer_skipped_total") >= before + len(events)

    await eventually(skipped)


async def leave(stage: Stage) -> None:
    """The running version stops; its task ends without a failure."""
    consumer = stage.runtime.consumer
    assert consumer is not None
    stage.runtime.supervisor._stopping = True
    consumer.stop()

    async def left() -> bool:
        return not consumer.connected

    await eventually(left)


async def test_a_later_version_reads_what_an_earlier_one_skipped(stage: Stage) -> None:
    """Each once, also after a way back to the old version in between."""
    first = [underlined(f"s{n}", n) for n in range(8)]
    await old_version_skips(stage, *first)
    await leave(stage)
    async with version(stage, toy.NEXT_SUBSCRIPTIONS):
        await stage.handled(*first)
    second = [underlined(f"s{n}", 10 + n) for n in range(8)]
    async with version(stage, toy.SUBSCRIPTIONS):
        await old_version_skips(stage, *second)
    async with version(stage, toy.NEXT_SUBSCRIPTIONS):
        await stage.handled(*second)
        await stage.deliver_and_handle(noted("a", 99))
    assert sorted(n for _, n in await effects(stage)) == [*range(8), *range(10, 18), 99]


async def test_a_strangers_types_are_not_remembered(stage: Stage) -> None:
    """Only types of our own: texts of others must not fill the table."""
    foreign = headers_of(noted("a", 1), stage) | {"ce_type": b"stranger.said.v1"}
    await produce(stage, b"{}", foreign)
    await stage.deliver(underlined("a", 1))

    async def types() -> list[str]:
        rows = await stage.rows("SELECT DISTINCT type FROM skipped_event")
        return [row["type"] for row in rows]

    assert await eventually(types) == [Underlined.type]
    assert await metric(stage, "lead_consumer_skipped_total") == 2
