"""`lead rewind`: a stopped service is to read every topic again from a time, before all else.

For a database that was restored to an earlier moment. What the service is told by others, a
revoked release among it, it must know before its first disclosure or alert.
"""

from datetime import datetime

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from lead.errors import Failure

TIMEOUT_SECONDS = 10


class CannotRewind(Failure):
    """Kafka does not answer, or refuses; the text says what to do where that is known."""


def rewind(kafka: dict[str, str], service: str, since: datetime) -> dict[str, int]:
    """Move the service's place in every topic back to a time. Partitions moved, by topic.

    A partition without a kept place is read from its beginning anyhow. Raises CannotRewind.
    """
    admin = AdminClient({**kafka})
    try:
        kept = _places(admin, service)
        back = _at(kafka, kept, since)
        if back:
            _move(admin, service, back)
    except KafkaException as error:
        raise CannotRewind(_advice(error, service)) from error
    moved: dict[str, int] = {}
    for place in back:
        moved[place.topic] = moved.get(place.topic, 0) + 1
    return moved


def _places(admin: AdminClient, group: str) -> list[TopicPartition]:
    """Where the group would go on reading."""
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    found = asked[group].result(TIMEOUT_SECONDS).topic_partitions
    return [place for place in found if place.offset >= 0]


def _move(admin: AdminClient, group: str, back: list[TopicPartition]) -> None:
    asked = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, back)])
    for place in asked[group].result(TIMEOUT_SECONDS).topic_partitions:
        if place.error:
            raise KafkaException(place.error)


def _at(kafka: dict[str, str], kept: list[TopicPartition], since: datetime) -> list[TopicPartition]:
    """Where these partitions were at a time; only those that this takes back."""
    if not kept:
        return []
    reader = Consumer({**kafka, "group.id": "lead-rewind", "enable.auto.commit": False})
    moment = int(since.timestamp() * 1000)
    wanted = [TopicPartition(place.topic, place.partition, moment) for place in kept]
    try:
        found = reader.offsets_for_times(wanted, timeout=TIMEOUT_SECONDS)
    finally:
        reader.close()
    was = {(place.topic, place.partition): place.offset for place in found}
    # Negative: nothing came since then.
    return [
        TopicPartition(place.topic, place.partition, was[place.topic, place.partition])
        for place in kept
        if 0 <= was[place.topic, place.partition] < place.offset
    ]


def _advice(error: KafkaException, service: str) -> str:
    said = error.args[0]
    # A group with members keeps its own place.
    if said.name() in ("UNKNOWN_MEMBER_ID", "NON_EMPTY_GROUP", "REBALANCE_IN_PROGRESS"):
        return f"{service} is running. Stop every pod of it first, and wait until they are gone."
    return f"Kafka says: {said.str()}"
