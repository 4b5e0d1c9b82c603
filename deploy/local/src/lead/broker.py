"""A Kafka-protocol broker inside this process: librdkafka's own mock cluster, memory only.

Its limits: one member per consumer group (a second one fails to join); a member that comes back
waits for one session time-out less a second; nothing is kept after `stop`; about 5 MB are kept per
partition; topics cannot be created through the protocol's admin calls.
"""

import ctypes
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

_PRODUCER = 0
_CONFIGURATION_OK = 0
_SIZE = ctypes.c_size_t


class MockBroker:
    """One broker on a free loopback port, real wire protocol, served by librdkafka's own thread."""

    def __init__(self) -> None:
        self._library = _load_library()
        self._client: int | None = None
        self._cluster: int | None = None
        self.bootstrap = ""

    def start(self) -> str:
        """Listen; returns `host:port` for clients' bootstrap. RuntimeError when it cannot."""
        self._client = _new_client(self._library)
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._client, 1)
        if not self._cluster:
            raise RuntimeError("librdkafka could not start its mock cluster")
        # The first member need not wait three seconds for others: there may be none.
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        bootstrap: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster)
        self.bootstrap = bootstrap.decode()
        return self.bootstrap

    def create_topic(self, name: str, partitions: int) -> None:
        """Create a topic; RuntimeError when it exists already or the broker is not started.

        A topic that a client names first exists from then on, with 4 partitions.
        """
        if not self._cluster:
            raise RuntimeError("the mock broker is not started")
        failed = self._library.rd_kafka_mock_topic_create(
            self._cluster, name.encode(), partitions, 1
        )
        if failed:
            reason: bytes = self._library.rd_kafka_err2str(failed)
            raise RuntimeError(f"cannot create topic {name}: {reason.decode()}")

    def create_topics(self, partitions: dict[str, int]) -> None:
        """Create topics by name and partition count, as KafkaCluster does on real Kafka."""
        for name, count in partitions.items():
            self.create_topic(name, count)

    def stop(self) -> None:
        """Close every connection and forget every message. Does nothing when not started."""
        if self._cluster:
            self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        if self._client:
            self._library.rd_kafka_destroy(self._client)
        self._client = self._cluster = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _load_library() -> ctypes.CDLL:
    """The librdkafka inside the confluent-kafka wheel, with the types of what we call."""
    package = find_spec("confluent_kafka")
    if package is None or package.origin is None:
        raise RuntimeError("the confluent-kafka package is not installed")
    folder = Path(package.origin).parent
    candidates = [*folder.parent.glob("confluent_kafka.libs/librdkafka*")]
    candidates += folder.glob(".dylibs/librdkafka*")
    library = ctypes.CDLL(str(candidates[0]))
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "rd_kafka_conf_new": (ctypes.c_void_p, []),
        "rd_kafka_conf_set": (ctypes.c_int, [ctypes.c_void_p, *[ctypes.c_char_p] * 3, _SIZE]),
        "rd_kafka_new": (
            ctypes.c_void_p,
            [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, _SIZE],
        ),
        "rd_kafka_destroy": (None, [ctypes.c_void_p]),
        "rd_kafka_err2str": (ctypes.c_char_p, [ctypes.c_int]),
        "rd_kafka_mock_cluster_new": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int]),
        "rd_kafka_mock_cluster_bootstraps": (ctypes.c_char_p, [ctypes.c_void_p]),
        "rd_kafka_mock_cluster_destroy": (None, [ctypes.c_void_p]),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (
            None,
            [ctypes.c_void_p, ctypes.c_int32],
        ),
        "rd_kafka_mock_topic_create": (
            ctypes.c_int,
            [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int],
        ),
    }
    for name, (result, arguments) in signatures.items():
        function = library[name]
        function.restype, function.argtypes = result, arguments
        setattr(library, name, function)
    return library


def _new_client(library: ctypes.CDLL) -> int:
    """A client that only carries the mock cluster; it connects nowhere itself."""
    error = ctypes.create_string_buffer(512)
    configuration = library.rd_kafka_conf_new()
    # Its notices about clients that come and go are of no use on a launcher's terminal.
    for name, value in ((b"log_level", b"2"), (b"client.id", b"mock-broker")):
        if library.rd_kafka_conf_set(configuration, name, value, error, 512) != _CONFIGURATION_OK:
            raise RuntimeError(error.value.decode())
    client: int | None = library.rd_kafka_new(_PRODUCER, configuration, error, 512)
    if not client:
        raise RuntimeError(error.value.decode())
    return client
