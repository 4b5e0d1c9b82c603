"""kill -9 at every named step: then the work is there once, or never was and can be repeated."""

import re
import signal
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from tests.integration.spine import toy
from tests.integration.spine.conftest import OpenToy
from tests.integration.spine.harness import ROOT, FaultyBroker, Served, header, read_topic
from tests.integration.spine.test_outbox import count

from shared.events.wire import encode
from shared.sealing import KeyRing
from shared.testing import MASTER_RING, Stage, eventually

Headers = dict[str, str]
Work = Callable[[httpx.AsyncClient, FaultyBroker, Headers], Awaitable[None]]
POISON = toy.noted("a", 1, "poison")


async def write_note(client: httpx.AsyncClient, _: FaultyBroker, headers: Headers) -> None:
    """A client that repeats its request, with its key, until it is answered."""
    body = {"subject": "a", "number": 7}
    answer = await client.post("/v1/notes", json=body, headers=headers)
    assert answer.status_code == 201, answer.text


async def report(client: httpx.AsyncClient, _: FaultyBroker, headers: Headers) -> None:
    answer = await client.post("/v1/reports", json={"record": "r-1"}, headers=headers)
    assert answer.status_code == 202, answer.text


async def poison(_client: httpx.AsyncClient, broker: FaultyBroker, _: Headers) -> None:
    """The publisher's part is done once Kafka has it: it does not repeat."""
    message = encode(POISON, KeyRing(MASTER_RING["keys"]))
    if not await read_topic(broker.bootstrap, message.topic):
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
            await producer.send_and_wait(message.topic, message.payload, headers=headers)


CRASHES: dict[str, Work] = {
    "database.before_commit": write_note,
    "database.committed": write_note,
    "relay.published": write_note,
    "relay.marked": write_note,
    "consumer.received": write_note,
    "consumer.handled": write_note,
    "consumer.set_aside": poison,
    "intake.before_commit": report,
    "intake.committed": report,
}
# What each piece of work leaves behind: tables with their rows, and events on topics.
RESULTS: dict[Work, tuple[dict[str, int], str]] = {
    write_note: ({"note": 1, "effect": 1, "idempotency_key": 1, "dead_letter": 0}, "events"),
    report: ({"intake": 1, "outbox": 1}, "reports"),
    poison: ({"dead_letter": 1, "effect": 0, "inbox": 0}, "dead-letters"),
}


@pytest.mark.parametrize("step", CRASHES)
async def test_killed_at_a_step(
    step: str,
    served: Served,
    open_toy: OpenToy,
    broker: FaultyBroker,
    headers: Callable[..., Headers],
) -> None:
    """Killed there, started again, the request repeated if it was not answered: all of it, once."""
    work = CRASHES[step]
    sender = headers(["case-manager", "agency-reporter"], sub="client")
    sender["Idempotency-Key"] = uuid4().hex
    served.start(crash_at=step)
    await served.ready()
    answered = await _is_answered(work, served.client, broker, sender)
    assert await served.ended() == -signal.SIGKILL
    async with open_toy() as successor:
        if not answered:
            await work(successor.client, broker, sender)
        tables, stream = RESULTS[work]
        await _left_behind(successor, tables | {"outbox_pending": 0})
    records = await read_topic(broker.bootstrap, f"lead.toy.{stream}")
    # At least once on the topic: a second copy has the same id.
    assert len({header(record, "ce_id") for record in records}) == 1


async def _left_behind(stage: Stage, tables: dict[str, int]) -> None:
    async def settled() -> bool:
        assert {table: await count(stage, table) for table in tables} == tables
        return True

    await eventually(settled)


async def _is_answered(work: Work, *arguments: object) -> bool:
    try:
        await work(*arguments)  # type: ignore[arg-type]
    except httpx.TransportError:
        return False
    return True


def test_every_step_is_crashed_at() -> None:
    """A step that somebody adds to the code needs its crash test here, or beside its service."""
    sources = [*ROOT.glob("shared/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    steps = {s for path in sources for s in re.findall(r'faults\.step\("(.+?)"', path.read_text())}
    others = [path.read_text() for path in ROOT.glob("tests/integration/*/test_*.py")]
    elsewhere = {step for step in steps for text in others if f'"{step}"' in text}
    assert steps == set(CRASHES) | elsewhere
