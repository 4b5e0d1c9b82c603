"""The settings of the Kafka clients: with aiokafka's own, events would be lost."""

from pathlib import Path

import pytest

from shared.config import ServiceSettings
from shared.kafka import new_consumer, new_producer

# A killed process's partitions go on elsewhere within this time.
LONGEST_SESSION_MS = 15_000


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    monkeypatch.delenv("KAFKA_SESSION_TIMEOUT_MS", raising=False)
    return ServiceSettings(
        database_url="postgresql://nobody@127.0.0.1/none",
        kafka_bootstrap_servers="127.0.0.1:9",
        key_ring_file=Path("none.json"),
        oidc_issuer="http://issuer.test",
    )


async def test_the_producer_waits_for_all_replicas_and_repeats_nothing(
    settings: ServiceSettings,
) -> None:
    """`acks=1` would lose what a dead leader had acknowledged."""
    producer = new_producer(settings, "toy")
    try:
        assert producer._sender._acks == -1
        manager = producer._txn_manager
        assert manager is not None
        assert manager.transactional_id is None
    finally:
        producer._closed = True


async def test_the_consumer_commits_by_hand_and_begins_at_the_beginning(
    settings: ServiceSettings,
) -> None:
    """An automatic commit would pass messages that no transaction has handled."""
    consumer = new_consumer(settings, "toy", {"lead.toy.events"})
    try:
        assert consumer._enable_auto_commit is False
        assert consumer._auto_offset_reset == "earliest"
        assert consumer._isolation_level == "read_committed"
        assert consumer._group_id == "toy"
        assert consumer._session_timeout_ms <= LONGEST_SESSION_MS
        assert consumer._heartbeat_interval_ms * 3 <= consumer._session_timeout_ms
        assert consumer.subscription() == {"lead.toy.events"}
    finally:
        consumer._closed = True
