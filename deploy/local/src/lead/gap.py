"""`lead gap`: what a service told others that its database, restored to an earlier time, forgot."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from lead.errors import Failure
from shared.events import ALL

READ_SECONDS = 10


class CannotCompare(Failure):
    """Kafka or the database does not answer, or refuses."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event on Kafka, by its attributes; its content is nobody's business here."""

    id: str
    type: str
    subject: str
    topic: str
    partition: int
    offset: int


async def find_gap(
    database_url: str, kafka: dict[str, str], service: str, since: datetime
) -> list[Told]:
    """Events of the service on Kafka since a time that its outbox does not have."""
    told = list(_told(kafka, service, since))
    try:
        connection = await asyncpg.connect(database_url, timeout=10)
    except (OSError, asyncpg.PostgresError) as error:
        raise CannotCompare(f"the database does not answer ({type(error).__name__})") from error
    try:
        ids = [event.id for event in told]
        rows = await connection.fetch("SELECT id::text FROM outbox WHERE id = ANY($1::uuid[])", ids)
    finally:
        await connection.close()
    known = {row[0] for row in rows}
    return [event for event in told if event.id not in known]


def kafka_settings(bootstrap: str, file: Path | None) -> dict[str, str]:
    """librdkafka's settings: the address, and `name=value` lines for TLS and passwords."""
    lines = file.read_text().splitlines() if file else []
    given = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    return {"bootstrap.servers": bootstrap, **given}


def summary(gap: list[Told]) -> Counter[str]:
    """How many of each type."""
    return Counter(event.type for event in gap)


def _told(kafka: dict[str, str], service: str, since: datetime) -> Iterator[Told]:
    topics = {event.topic for event in ALL if event.service == service}
    # A group is asked for, and never joined: partitions are assigned, offsets are not kept.
    consumer = Consumer({**kafka, "group.id": "lead-gap", "enable.auto.commit": False})
    try:
        for topic in sorted(topics):
            found = consumer.list_topics(topic, timeout=READ_SECONDS).topics[topic]
            for partition in found.partitions:
                yield from _read(consumer, topic, partition, since)
    except KafkaException as error:
        raise CannotCompare(f"Kafka says: {error.args[0].str()}") from error
    finally:
        consumer.close()


def _read(consumer: Consumer, topic: str, partition: int, since: datetime) -> Iterator[Told]:
    """Everything from the time to what is there now."""
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), READ_SECONDS)
    if low == high:
        return
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
    while True:
        message = consumer.poll(READ_SECONDS)
        if message is None:
            raise CannotCompare(f"{topic} was not read to its end")
        if message.error():
            raise KafkaException(message.error())
        if message.timestamp()[1] >= since.timestamp() * 1000:
            yield _as_told(message)
        if (message.offset() or 0) >= high - 1:
            return


def _as_told(message: Message) -> Told:
    headers = {str(name): _text(value) for name, value in _pairs(message)}
    return Told(
        headers.get("ce_id", ""),
        headers.get("ce_type", ""),
        headers.get("ce_subject", ""),
        str(message.topic()),
        message.partition() or 0,
        message.offset() or 0,
    )


def _pairs(message: Message) -> list[tuple[object, object]]:
    # Typed more loosely than it is: a list of names with bytes.
    return [(header[0], header[1]) for header in message.headers() or ()]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")
