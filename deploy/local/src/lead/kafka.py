"""Real Apache Kafka, one KRaft node, from Maven Central's jars. Needs Java 17 and Maven.

`python -m lead.kafka` runs one until SIGTERM and prints its bootstrap address.
"""

import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals, pause, signal
from time import monotonic
from typing import IO, Self

import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from lead import jars
from lead.process import LOOPBACK, end, find, free_port, hold, wait_until

CLUSTER_ID = "VGhyb3VnaGxpbmUtbG9jYQ"
QUICK_JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
CONFIGURATION = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=CLIENTS://{host}:{port}
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
log.dirs={data}
# After a kill the node waits for its former self to time out, by default for nine seconds.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""
# Its message is that a broker is not up yet, which is what we ask it.
_SILENT = logging.getLogger("lead.kafka.librdkafka")
_SILENT.disabled = True


class KafkaCluster:
    """A running Kafka, known by its bootstrap address (`host:port[,host:port]`)."""

    def __init__(self, bootstrap: str = "") -> None:
        self.bootstrap = bootstrap

    def create_topics(self, partitions: dict[str, int]) -> None:
        """Create topics by name and partition count, one replica each; KafkaException if refused.

        Returns when every partition has its leader.
        """
        admin = self._admin()
        topics = [NewTopic(name, count, 1) for name, count in partitions.items()]
        for created in admin.create_topics(topics).values():
            created.result(timeout=30)
        for name in partitions:
            _await_leaders(admin, name)

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap}, logger=_SILENT)


class RealKafka(KafkaCluster):
    """One node with its data in `home/kafka`, kept between runs. One process may hold a home."""

    def __init__(self, home: Path, *, port: int = 0, jvm: tuple[str, ...] = QUICK_JVM) -> None:
        """`port` 0 takes a free one at the first start and keeps it; `jvm` are options of java."""
        super().__init__()
        self._home = home.resolve() / "kafka"
        self._configuration = self._home / "server.properties"
        self._log = self._home / "kafka.log"
        self._jvm = jvm
        self._port = port
        self._process: psutil.Popen | None = None
        self._lock: IO[str] | None = None

    def start(self) -> str:
        """Return the bootstrap address once it answers; RuntimeError with its log if it cannot."""
        self._lock = hold(self._home)
        try:
            self._clear_leftover()
            self._configure()
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self.bootstrap

    def stop(self) -> None:
        """Shut down in order. Does nothing when not running."""
        self._end(SIGTERM)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would; what it acknowledged stays on disk."""
        self._end(SIGKILL)

    def restart(self) -> str:
        """Stop if still running, start on the same port with the same data."""
        self.stop()
        return self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _configure(self) -> None:
        self._port = self._port or free_port()
        self.bootstrap = f"{LOOPBACK}:{self._port}"
        data = self._home / "data"
        self._configuration.write_text(self._settings(data))
        if not (data / "meta.properties").exists():
            self._format()

    def _settings(self, data: Path) -> str:
        return CONFIGURATION.format(
            host=LOOPBACK, port=self._port, controller=free_port(), data=data
        )

    def _format(self, *more: str) -> None:
        tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, *more]
        jars.run([*self._java(), *tool, "-c", str(self._configuration)], "Kafka's storage tool")

    def _launch(self) -> None:
        with self._log.open("w") as log:
            self._process = psutil.Popen(
                [*self._java(), "kafka.Kafka", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                # Ctrl-C in a terminal must reach the launcher alone, which stops us in order.
                start_new_session=True,
            )
        self._pid_file.write_text(str(self._process.pid))
        wait_until(self._is_ready, self._process, log=self._log, patience=90)

    def _is_ready(self) -> bool:
        try:
            return bool(self._admin().list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    def _java(self) -> list[str]:
        return ["java", *self._jvm, "-Dlog4j2.level=WARN", "-cp", f"{jars.fetch()}/*"]

    @property
    def _pid_file(self) -> Path:
        return self._home / "kafka.pid"

    def _clear_leftover(self) -> None:
        """End the node that a killed launcher left running."""
        if not self._pid_file.exists():
            return
        ours = str(self._configuration)
        if leftover := find(
            int(self._pid_file.read_text()), lambda process: ours in process.cmdline()
        ):
            end(leftover, SIGTERM, patience=30)

    def _end(self, how: Signals) -> None:
        if self._process is not None:
            end(self._process, how, patience=30)
            self._process = None
            self._pid_file.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _await_leaders(admin: AdminClient, topic: str) -> None:
    deadline = monotonic() + 30
    while monotonic() < deadline:
        partitions = admin.list_topics(topic, timeout=10).topics[topic].partitions
        if partitions and all(partition.leader >= 0 for partition in partitions.values()):
            return
    raise RuntimeError(f"{topic} has no leader yet")


def _leave(*_: object) -> None:
    raise SystemExit


def main() -> None:
    """Run one node in a new folder, gone afterwards, until SIGTERM or Ctrl-C."""
    signal(SIGTERM, _leave)
    signal(SIGINT, _leave)
    began = monotonic()
    with tempfile.TemporaryDirectory() as home, RealKafka(Path(home)) as kafka:
        print(kafka.bootstrap, flush=True)
        print(f"started in {monotonic() - began:.1f} s", file=sys.stderr, flush=True)
        pause()


if __name__ == "__main__":
    main()
