"""The mock broker, as our own Kafka client sees it."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from lead.broker import MockBroker


async def produce(bootstrap: str, topic: str, count: int) -> None:
    """Send messages the way the relay does: idempotent, acknowledged by all."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, compression_type="lz4"
    )
    async with producer:
        for number in range(count):
            await producer.send_and_wait(topic, b"%d" % number, key=b"one")


def consumer(bootstrap: str, topic: str, group: str) -> AIOKafkaConsumer:
    """The one member of a group, from the beginning, committing by hand."""
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        # The mock cluster makes a member that comes back wait for a session time-out.
        session_timeout_ms=1_500,
        heartbeat_interval_ms=300,
    )


async def consume(bootstrap: str, topic: str, group: str, count: int) -> list[bytes]:
    """The next messages of a group, in order, then commit."""
    async with consumer(bootstrap, topic, group) as member:
        values = [(await member.getone()).value for _ in range(count)]
        await member.commit()
    return values


async def test_a_group_reads_what_was_produced_in_order(mock_broker: MockBroker) -> None:
    """Messages of one key come back complete and in order."""
    mock_broker.create_topic("round.trip", 3)
    await produce(mock_broker.bootstrap, "round.trip", 20)
    read = await consume(mock_broker.bootstrap, "round.trip", "reader", 20)
    assert read == [b"%d" % number for number in range(20)]


async def test_a_group_goes_on_where_it_committed(mock_broker: MockBroker) -> None:
    """A member that comes back does not see what the group committed."""
    mock_broker.create_topic("goes.on", 1)
    await produce(mock_broker.bootstrap, "goes.on", 4)
    halves = [await consume(mock_broker.bootstrap, "goes.on", "worker", 2) for _ in range(2)]
    assert halves == [[b"0", b"1"], [b"2", b"3"]]


async def test_a_topic_has_the_partitions_asked_for(mock_broker: MockBroker) -> None:
    """Partition counts are ours to choose, one topic at a time or many."""
    mock_broker.create_topics({"five": 5})
    async with consumer(mock_broker.bootstrap, "five", "counter") as member:
        assert member.partitions_for_topic("five") == set(range(5))


def test_a_topic_is_created_once(mock_broker: MockBroker) -> None:
    """Creating a topic twice is a mistake that is named."""
    mock_broker.create_topic("once", 1)
    with pytest.raises(RuntimeError, match="already exists"):
        mock_broker.create_topic("once", 1)


def test_topics_need_a_started_broker() -> None:
    """A broker that is not running says so, instead of taking the process down."""
    with pytest.raises(RuntimeError, match="not started"):
        MockBroker().create_topic("nowhere", 1)


def test_stopping_twice_is_harmless() -> None:
    """Stop may be called in any state."""
    broker = MockBroker()
    broker.start()
    broker.stop()
    broker.stop()
