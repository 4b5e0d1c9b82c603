"""Kafka to a durable effect (inbox, handler, commit, offset) against a bare batched insert."""

import asyncio
import time
from statistics import median
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.payloads import report
from bench.report import Result
from bench.rig import PARTITIONS, Rig
from shared.config import ServiceSettings
from shared.consumer import Consumer
from shared.database import Database, Transaction
from shared.events import ContactReported
from shared.events.wire import encode
from shared.kafka import new_producer
from shared.migrations import spine_0001
from shared.outbox import key_hash
from shared.sealing import KeyRing
from shared.telemetry import SpineMetrics, new_telemetry

ROUNDS = 3
EVENTS = 10_000
BATCH = 500
EFFECT = "INSERT INTO effect (id, receipt, facility) VALUES ($1, $2, $3)"


async def on_contact_reported(event: ContactReported, tx: Transaction) -> None:
    """The smallest effect there is: one row."""
    await tx.raw.execute(EFFECT, event.id, event.receipt, event.facility)


async def measure(rig: Rig) -> list[Result]:
    """Events per second with a backlog, against inserting the same rows 500 per transaction."""
    settings = ServiceSettings(
        **{name.lower(): value for name, value in rig.environment("casework").items()}
        | {"database_url": rig.database("bench_consumer")}
    )
    ring = KeyRing.from_file(settings.key_ring_file)
    database = Database(settings.database_url, ring)
    connection = await database.connect()
    for statement in spine_0001.STATEMENTS:
        await connection.execute(statement)
    await connection.execute(
        "CREATE TABLE effect (id uuid PRIMARY KEY, receipt uuid NOT NULL, facility text)"
    )
    pairs = [
        (await _consumer(connection, settings, database, ring), await _bare(connection))
        for _ in range(ROUNDS)
    ]
    await connection.close()
    await database.close()
    ratio = median(ours / bare for ours, bare in pairs)
    detail = f"{median(a for a, _ in pairs):,.0f}/s against {median(b for _, b in pairs):,.0f}/s"
    return [Result("consumer / bare batched insert", f"{ratio:.2f}x", detail, "recorded")]


async def _consumer(
    connection: asyncpg.Connection, settings: ServiceSettings, database: Database, ring: KeyRing
) -> float:
    await connection.execute("TRUNCATE effect, inbox")
    async with new_producer(settings, "bench-bare") as producer:
        await _produce(producer, ring)
    telemetry = new_telemetry("bench", 0)
    consumer = Consumer(
        database, settings, "bench-consumer", {ContactReported: on_contact_reported},
        SpineMetrics(telemetry.meter), telemetry.tracer,
    )  # fmt: skip
    task = asyncio.create_task(consumer.run())
    while not (first := await connection.fetchval("SELECT count(*) FROM effect")):
        await asyncio.sleep(0.005)
    began = time.perf_counter()
    while await connection.fetchval("SELECT count(*) FROM effect") < EVENTS:
        await asyncio.sleep(0.02)
    rate = (EVENTS - int(first)) / (time.perf_counter() - began)
    consumer.stop()
    await task
    return rate


async def _produce(producer: AIOKafkaProducer, ring: KeyRing) -> None:
    sent = []
    for number in range(EVENTS):
        message = encode(report(number), ring)
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        sent.append(
            await producer.send(
                message.topic,
                message.payload,
                key=message.key.encode(),
                headers=headers,
                partition=key_hash(message.key) % PARTITIONS,
            )
        )
    await asyncio.gather(*sent)


async def _bare(connection: asyncpg.Connection) -> float:
    await connection.execute("TRUNCATE effect")
    rows = [(UUID(int=number), UUID(int=number), "County A Main") for number in range(EVENTS)]
    began = time.perf_counter()
    for start in range(0, EVENTS, BATCH):
        ids, receipts, facilities = zip(*rows[start : start + BATCH], strict=True)
        await connection.execute(
            "INSERT INTO effect SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])",
            ids,
            receipts,
            facilities,
        )
    return EVENTS / (time.perf_counter() - began)
