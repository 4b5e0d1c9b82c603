"""Each service alone, as a process: nobody else is up, and SIGTERM in the middle loses nothing."""

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer
from tests.integration.casework.builders import SAM, booking, referred
from tests.integration.conftest import CLASSES, ISSUER, PACKAGES, PARTITIONS, clone_database
from tests.integration.prosecution.test_charges import CHARGE
from tests.integration.referral.bodies import CONTACT
from tests.integration.spine.harness import ROOT, Served
from tests.integration.system.canaries import all_records

from lead.broker import MockBroker
from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer
from shared.events import TOPICS, AlertRaised, ParticipantRecontacted, dead_letter_topic
from shared.events.base import Event
from shared.events.wire import encode
from shared.ids import new_id, new_participant_key
from shared.sealing import KeyRing
from shared.testing import MASTER_RING, eventually, write_key_ring

PATIENCE = 60
BATCH = 200
RING = KeyRing(MASTER_RING["keys"])


class SlowBroker(MockBroker):
    """The mock broker, which can also be far away."""

    def answer_after(self, milliseconds: int) -> None:
        function = self._library["rd_kafka_mock_broker_set_rtt"]
        function.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_int]
        assert function(self._cluster, 1, milliseconds) == 0


@pytest.fixture
def slow_broker() -> Iterator[SlowBroker]:
    """Fresh, with every topic; not slow yet."""
    topics = (*TOPICS, *(dead_letter_topic(name) for name in PACKAGES))
    with SlowBroker() as broker:
        broker.create_topics(dict.fromkeys(topics, PARTITIONS))
        yield broker


@pytest.fixture
def broker(slow_broker: SlowBroker) -> str:
    return slow_broker.bootstrap


class Alone(Served):
    """One service by the command that its README names."""

    def __init__(self, package: str, environment: dict[str, str], log: Path) -> None:
        super().__init__(environment, log)
        self._app = f"{package}.main:create_app"

    def start(self, crash_at: str = "") -> None:
        command = [sys.executable, "-m", "uvicorn", self._app, "--factory"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.client.base_url.port)], cwd=ROOT, stdout=log,
                stderr=subprocess.STDOUT, env=os.environ | self._environment,
            )  # fmt: skip

    async def drain(self) -> None:
        """SIGTERM; it must end by itself, in time."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        # Uvicorn ends by the signal that it was sent, once it has drained.
        assert await self.ended() in (0, -signal.SIGTERM), self.log.read_text()
        assert time.monotonic() - began < PATIENCE
        assert "task.stopped_late" not in self.log.read_text()


@dataclass
class Place:
    """Where a service runs alone: its process, its database, the broker."""

    service: Alone
    dsn: str
    broker: str

    async def rows(self, query: str, *values: Any) -> list[Any]:
        database = await asyncpg.connect(self.dsn)
        try:
            return list(await database.fetch(query, *values))
        finally:
            await database.close()

    async def count(self, table: str) -> int:
        [row] = await self.rows(f"SELECT count(*) FROM {table}")  # noqa: S608
        return int(row["count"])


OpenPlace = Callable[[str], Awaitable[Place]]


@pytest.fixture
async def open_place(
    postgres: PostgresServer,
    templates: dict[str, str],
    broker: str,
    issuer: LocalIssuer,
    tmp_path: Path,
) -> AsyncIterator[OpenPlace]:
    """`await open_place("referral")`: that service is started, ready, and answers what ops ask."""
    (tmp_path / "jwks.json").write_text(json.dumps(issuer.jwks()))
    opened: list[Place] = []

    async def open_one(name: str) -> Place:
        dsn = await clone_database(postgres, templates, name)
        environment = {
            "ENVIRONMENT": "embedded",
            "DATABASE_URL": dsn,
            "KAFKA_BOOTSTRAP_SERVERS": broker,
            "KAFKA_FETCH_MAX_WAIT_MS": "5",
            # The mock broker makes a returning member wait for this long, less a second.
            "KAFKA_SESSION_TIMEOUT_MS": "2000",
            "KEY_RING_FILE": str(write_key_ring(tmp_path / "ring.json", *CLASSES[name])),
            "OIDC_ISSUER": ISSUER,
            "OIDC_JWKS_URL": f"file://{tmp_path / 'jwks.json'}",
            "SESSION_SECRET": "only-for-tests-0123456789abcdef0123456789",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": "1",
        }
        alone = Alone(PACKAGES[name], environment, tmp_path / f"{name}.log")
        opened.append(Place(alone, dsn, broker))
        alone.start()
        await alone.ready()
        for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"):
            assert (await alone.client.get(path)).status_code == 200, path
        return opened[-1]

    yield open_one
    for place in opened:
        await place.service.close()


@pytest.mark.parametrize(
    ("name", "path", "body", "role"),
    [
        ("referral", "/v1/contacts", CONTACT, "agency-reporter"),
        ("prosecution-hook", "/v1/charges", CHARGE, "prosecutor-system"),
    ],
)
async def test_a_front_door_loses_no_accepted_report(
    open_place: OpenPlace,
    slow_broker: SlowBroker,
    headers: Callable[..., dict[str, str]],
    name: str,
    path: str,
    body: dict[str, Any],
    role: str,
) -> None:
    """SIGTERM among concurrent posts: every 202 is in the outbox, and has left."""
    place = await open_place(name)
    client, sources = place.service.client, [body["source_system"]]
    caller, receipts = headers(role, sources=sources), set[str]()

    def take(lines: list[str]) -> None:
        answers = [json.loads(line) for line in lines]
        receipts.update(answer["receipt"] for answer in answers if "receipt" in answer)

    async def post_on(worker: int) -> None:
        for number in range(100_000):
            records = [{"source_record_id": f"R {worker} {number} {n}"} for n in range(BATCH)]
            lines = b"\n".join(json.dumps(body | record).encode() for record in records)
            try:
                answer = await client.post(f"{path}:batch", content=lines, headers=caller)
                take(answer.text.splitlines() if answer.status_code == 200 else [])
                single = body | {"source_record_id": f"S {worker} {number}"}
                answer = await client.post(path, json=single, headers=caller)
                take([answer.text] if answer.status_code == 202 else [])
            except httpx.TransportError:
                return

    # So that at any moment something is between the commit and Kafka.
    slow_broker.answer_after(300)
    load = [asyncio.create_task(post_on(worker)) for worker in range(4)]

    async def under_way() -> bool:
        return len(receipts) > 10 * BATCH

    await eventually(under_way, seconds=PATIENCE)
    await place.service.drain()
    # Each ends at the first post that nobody answers.
    await asyncio.wait_for(asyncio.gather(*load), PATIENCE)

    slow_broker.answer_after(0)
    rows = await place.rows("SELECT headers FROM outbox")
    stored = {json.loads(row["headers"])["ce_subject"] for row in rows}
    assert receipts <= stored
    assert await place.count("outbox_pending") == 0
    records = await all_records(place.broker)
    published = [dict(record.headers)["ce_subject"].decode() for record in records]
    assert sorted(stored) == sorted(published)


def bookings() -> tuple[list[Event], Callable[[int], Event], type[Event]]:
    """Casework: a file first, then bookings of that person; each is a re-contact."""
    return [referred()], lambda n: booking(SAM, record=f"BK-{n}"), ParticipantRecontacted


def recontacts() -> tuple[list[Event], Callable[[int], Event], type[Event]]:
    """The notifier: re-contacts of one participant after another; each raises an alert."""

    def recontacted(number: int) -> Event:
        report = booking(record=f"BK-{number}")
        return ParticipantRecontacted(
            site=report.site, subject=new_participant_key(), occurred_at=report.occurred_at,
            cause="booking", tier="exact", receipt=new_id(), reported_by="jms-county-a",
            source_record_id=report.source_record_id, received_at=report.received_at,
            display_name="Samuel T.",
        )  # fmt: skip

    return [], recontacted, AlertRaised


async def produce(producer: AIOKafkaProducer, event: Event) -> None:
    message = encode(event, RING)
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    await producer.send_and_wait(
        message.topic, message.payload, key=message.key.encode(), headers=headers
    )


@pytest.mark.parametrize(("name", "stream"), [("casework", bookings), ("notifier", recontacts)])
async def test_a_listener_handles_every_event_exactly_once(
    open_place: OpenPlace,
    name: str,
    stream: Callable[[], tuple[list[Event], Callable[[int], Event], type[Event]]],
) -> None:
    """SIGTERM in a stream of events: after a restart each has had its effect, and had it once."""
    place = await open_place(name)
    first, make, effect = stream()
    sent: list[str] = []
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            event = make(len(sent))
            await produce(producer, event)
            sent.append(str(event.id))
            # A stream, not a flood: the rest has to be handled after the restart.
            await asyncio.sleep(0.005)

    async def claimed(count: int) -> bool:
        return await place.count("inbox") >= count

    async with AIOKafkaProducer(bootstrap_servers=place.broker, acks="all") as producer:
        for event in first:
            await produce(producer, event)
        await eventually(lambda: claimed(len(first)), seconds=PATIENCE)
        load = asyncio.create_task(go_on())
        await eventually(lambda: claimed(len(first) + 100), seconds=PATIENCE)
        await place.service.drain()
        stop.set()
        await load
    assert len(first) + 100 <= await place.count("inbox") < len(first) + len(sent)

    place.service.start()
    await place.service.ready()
    await eventually(lambda: claimed(len(first) + len(sent)), seconds=PATIENCE)
    await place.service.drain()
    query = "SELECT headers FROM outbox WHERE type = $1"
    caused = [json.loads(row["headers"]) for row in await place.rows(query, effect.type)]
    assert Counter(headers["ce_causationid"] for headers in caused) == Counter(sent)
    assert await place.count("dead_letter") == 0
    assert await place.count("outbox_pending") == 0
