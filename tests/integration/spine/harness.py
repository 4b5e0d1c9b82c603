"""What the proofs use beside the toy: its process, its broker, and eyes on the topics."""

import asyncio
import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from lead.broker import MockBroker
from lead.process import free_port
from shared.testing import eventually

ROOT = Path(__file__).parents[3]
TOPICS = {"lead.toy.events": 4, "lead.toy.reports": 4, "lead.toy.dead-letters": 4}
Authorize = Callable[..., dict[str, str]]


class FaultyBroker(MockBroker):
    """The mock broker, which can also go away and come back with its data."""

    def go_down(self) -> None:
        """Close every connection and accept none."""
        self._set("rd_kafka_mock_broker_set_down")

    def come_up(self) -> None:
        self._set("rd_kafka_mock_broker_set_up")

    def _set(self, name: str) -> None:
        function = self._library[name]
        function.argtypes = [ctypes.c_void_p, ctypes.c_int32]
        assert function(self._cluster, 1) == 0


class Served:
    """The toy as a process of its own, run by uvicorn as in production."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self.log = environment, log
        self._port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", timeout=15)

    def start(self, crash_at: str = "") -> None:
        """Start it; `crash_at` names the step (shared/faults.py) at which it kills itself."""
        command = [sys.executable, "-m", "uvicorn", "tests.integration.spine.toy:create_app"]
        options = ["--factory", "--port", str(self._port), "--log-level", "warning"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **self._environment, "LEAD_CRASH_AT": crash_at},
            )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it says so itself."""

        async def says_so() -> bool:
            assert self.returned is None, self.log.read_text()
            try:
                return (await self.client.get("/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await eventually(says_so, every=0.05)

    @property
    def returned(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    async def ended(self) -> int:
        """Wait for its end; the return code, negative for a signal."""

        async def gone() -> bool:
            return self.returned is not None

        await eventually(gone)
        return int(self.returned or 0)

    async def close(self) -> None:
        await self.client.aclose()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            await asyncio.to_thread(self.process.wait)


async def read_topic(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """Everything on a topic, partition by partition in order, without joining any group."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=10) as kafka:
        partitions = [TopicPartition(topic, number) for number in range(TOPICS[topic])]
        kafka.assign(partitions)
        await kafka.seek_to_beginning()
        ends = await kafka.end_offsets(partitions)
        records: list[ConsumerRecord] = []
        while any([await kafka.position(p) < ends[p] for p in partitions]):
            for found in (await kafka.getmany(timeout_ms=100)).values():
                records.extend(found)
    return sorted(records, key=lambda record: (record.partition, record.offset))


def header(record: Any, name: str) -> str:
    """One header of a record as text."""
    return str(dict(record.headers)[name].decode())


def first_of_each(ids: list[str]) -> list[str]:
    """What a consumer with an inbox sees of a topic: each event once, when it first appears."""
    return list(dict.fromkeys(ids))
