"""Real Apache Kafka: what it acknowledged is there after a crash."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import KafkaException

from lead import jars
from lead.kafka import KafkaCluster, RealKafka

pytestmark = pytest.mark.kafka
COUNT = 50
LAUNCHER = """
import sys, pathlib, time
from lead.kafka import RealKafka
RealKafka(pathlib.Path(sys.argv[1])).start()
print("started", flush=True)
time.sleep(60)
"""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[RealKafka]:
    """A node of this test's own, to stop and kill."""
    if reason := jars.missing():
        pytest.skip(reason)
    with RealKafka(tmp_path) as node:
        yield node


async def produce(cluster: KafkaCluster, topic: str) -> None:
    """Send numbered messages, each acknowledged."""
    producer = AIOKafkaProducer(
        bootstrap_servers=cluster.bootstrap, acks="all", enable_idempotence=True
    )
    async with producer:
        for number in range(COUNT):
            await producer.send_and_wait(topic, b"%d" % number, key=b"%d" % (number % 5))


async def consume(cluster: KafkaCluster, topic: str, group: str) -> list[int]:
    """The numbers that a new group of one reads, sorted."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=cluster.bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    async with consumer:
        return sorted([int((await consumer.getone()).value) for _ in range(COUNT)])


async def test_a_group_reads_what_was_produced(kafka: KafkaCluster) -> None:
    """The shared cluster takes messages and gives them to a group."""
    kafka.create_topics({"local.round.trip": 4})
    await produce(kafka, "local.round.trip")
    assert await consume(kafka, "local.round.trip", "local.reader") == list(range(COUNT))


def test_a_topic_is_created_once(kafka: KafkaCluster) -> None:
    """Creating a topic twice is a mistake that is named."""
    kafka.create_topics({"local.once": 1})
    with pytest.raises(KafkaException, match="already exists"):
        kafka.create_topics({"local.once": 1})


async def test_acknowledged_messages_survive_a_kill(node: RealKafka) -> None:
    """After SIGKILL and a restart on the same address, every acknowledged message is there."""
    node.create_topics({"kept": 3})
    await produce(node, "kept")
    before = node.bootstrap
    node.kill()
    assert node.restart() == before
    assert await consume(node, "kept", "after") == list(range(COUNT))


def test_a_node_without_its_launcher_is_replaced(tmp_path: Path) -> None:
    """A launcher that was killed leaves its node behind; the next one ends it and starts anew."""
    if reason := jars.missing():
        pytest.skip(reason)
    with subprocess.Popen([sys.executable, "-c", LAUNCHER, tmp_path], stdout=PIPE) as launcher:
        assert launcher.stdout
        launcher.stdout.readline()
        launcher.kill()
    orphan = psutil.Process(int((tmp_path / "kafka" / "kafka.pid").read_text()))
    with RealKafka(tmp_path):
        assert not orphan.is_running()


def test_one_node_runs_from_the_command_line() -> None:
    """`python -m lead.kafka` prints an address that answers, and ends on SIGTERM."""
    if reason := jars.missing():
        pytest.skip(reason)
    with subprocess.Popen([sys.executable, "-m", "lead.kafka"], stdout=PIPE, text=True) as program:
        assert program.stdout
        cluster = KafkaCluster(program.stdout.readline().strip())
        cluster.create_topics({"cli": 1})
        program.terminate()
        assert program.wait(30) == 0
