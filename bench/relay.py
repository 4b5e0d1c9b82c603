"""Outbox to Kafka against bare aiokafka producers that send the same records."""

import asyncio
import time
from statistics import median

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.payloads import report
from bench.report import Result
from bench.rig import Rig
from shared import outbox
from shared.config import ServiceSettings
from shared.database import Database
from shared.events.wire import Encoded, encode
from shared.kafka import new_producer
from shared.migrations import spine_0001
from shared.relay import Relay
from shared.sealing import KeyRing
from shared.telemetry import SpineMetrics, new_telemetry

ROUNDS = 5
BACKLOG = 20_000
BATCH = 1_000


async def measure(rig: Rig) -> list[Result]:
    """Messages per second with a backlog, the three in turn."""
    settings = ServiceSettings(
        **{name.lower(): value for name, value in rig.environment("referral").items()}
        | {"database_url": rig.database("bench_relay")}
    )
    ring = KeyRing.from_file(settings.key_ring_file)
    messages = [encode(report(number), ring) for number in range(BACKLOG)]
    database = Database(settings.database_url, ring)
    connection = await database.connect()
    for statement in spine_0001.STATEMENTS:
        await connection.execute(statement)
    relay = Relay(database, settings, "bench", SpineMetrics(new_telemetry("bench", 0).meter))
    task = asyncio.create_task(relay.run())
    producer = new_producer(settings, "bench-bare")
    await producer.start()
    rates: dict[str, list[float]] = {"relay": [], "send": [], "create_batch": []}
    for _ in range(ROUNDS + 1):
        rates["relay"].append(await _relay(connection, relay, database, messages))
        rates["send"].append(await _send(producer, messages))
        rates["create_batch"].append(await _create_batch(producer, messages))
    relay.stop()
    await task
    await producer.stop()
    await connection.close()
    await database.close()
    return [_result(rates, "send", ">= 1.5x"), _result(rates, "create_batch", ">= 0.5x")]


def _result(rates: dict[str, list[float]], other: str, aim: str) -> Result:
    # The first round warms both sides up.
    pairs = list(zip(rates["relay"], rates[other], strict=True))[1:]
    ratio = median(ours / bare for ours, bare in pairs)
    detail = f"{median(a for a, _ in pairs):,.0f}/s against {median(b for _, b in pairs):,.0f}/s"
    return Result(f"relay / bare {other}", f"{ratio:.2f}x", detail, aim)


async def _relay(
    connection: asyncpg.Connection, relay: Relay, database: Database, messages: list[Encoded]
) -> float:
    await _fill(connection, messages)
    began = time.perf_counter()
    database.waker("outbox").set()
    while await connection.fetchval("SELECT EXISTS (SELECT FROM outbox_pending)"):
        await asyncio.sleep(0.01)
    return len(messages) / (time.perf_counter() - began)


async def _fill(connection: asyncpg.Connection, messages: list[Encoded]) -> None:
    """All rows become visible in one commit, so that the relay starts with the whole backlog."""
    async with connection.transaction():
        await connection.execute("TRUNCATE outbox, outbox_pending")
        for start in range(0, len(messages), BATCH):
            await outbox.write(connection, messages[start : start + BATCH])


def _record(message: Encoded) -> dict[str, object]:
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    return {"key": message.key.encode(), "value": message.payload, "headers": headers}


async def _send(producer: AIOKafkaProducer, messages: list[Encoded]) -> float:
    began = time.perf_counter()
    sent = []
    for message in messages:
        record = _record(message)
        sent.append(await producer.send(message.topic, **record))
    await asyncio.gather(*sent)
    return len(messages) / (time.perf_counter() - began)


async def _create_batch(producer: AIOKafkaProducer, messages: list[Encoded]) -> float:
    """Batches filled and sent by partition, up to 1,000 records, one in flight per partition."""
    partitions = len(await producer.partitions_for(messages[0].topic))
    began = time.perf_counter()
    for start in range(0, len(messages), BATCH):
        batches = [producer.create_batch() for _ in range(partitions)]
        sent = []
        for message in messages[start : start + BATCH]:
            partition = outbox.key_hash(message.key) % partitions
            record = _record(message)
            if batches[partition].append(timestamp=None, **record) is None:
                sent.append(
                    await producer.send_batch(
                        batches[partition], message.topic, partition=partition
                    )
                )
                batches[partition] = producer.create_batch()
                batches[partition].append(timestamp=None, **record)
        for partition, batch in enumerate(batches):
            sent.append(await producer.send_batch(batch, messages[0].topic, partition=partition))
        await asyncio.gather(*sent)
    return len(messages) / (time.perf_counter() - began)
