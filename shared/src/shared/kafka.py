"""Kafka clients with our settings: aiokafka's defaults would lose events. Nobody else makes one."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

from shared.config import ServiceSettings

# The broker's limit is 1 MiB per message; one record batch of the relay may be as large.
MAX_BATCH_BYTES = 512 * 1024
CLOSE_SECONDS = 5

log = structlog.get_logger()


def _connection(settings: ServiceSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "security_protocol": settings.kafka_security_protocol,
        "metadata_max_age_ms": 60_000,
    }
    if "SSL" in settings.kafka_security_protocol:
        cafile = str(settings.kafka_ca_file) if settings.kafka_ca_file else None
        options["ssl_context"] = ssl.create_default_context(cafile=cafile)
    if settings.kafka_username:
        options["sasl_mechanism"] = "SCRAM-SHA-512"
        options["sasl_plain_username"] = settings.kafka_username
        options["sasl_plain_password"] = settings.kafka_password
    return options


def new_producer(settings: ServiceSettings, service: str) -> AIOKafkaProducer:
    """Idempotent, acknowledged by all replicas, sending at once."""
    return AIOKafkaProducer(
        **_connection(settings),
        client_id=f"{service}-relay",
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=MAX_BATCH_BYTES,
        max_request_size=1_000_000,
        request_timeout_ms=20_000,
    )


@asynccontextmanager
async def producing(settings: ServiceSettings, service: str) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer for the block. When the block fails, what it was sending is abandoned."""
    producer = new_producer(settings, service)
    try:
        await producer.start()
        yield producer
    except BaseException:
        # stop() would wait for acknowledgements that may never come, and leave the sender alive:
        # it would send the same rows once more whenever the broker is back.
        await producer._sender.close()
        await producer.client.close()
        producer._closed = True
        raise
    await producer.stop()


class Rebalanced(ConsumerRebalanceListener):  # type: ignore[misc]
    """Remembers that partitions were assigned anew, until somebody takes note."""

    def __init__(self) -> None:
        self._pending = False

    def take(self) -> bool:
        """Whether there was a rebalance since the last call."""
        pending, self._pending = self._pending, False
        return pending

    def on_partitions_revoked(self, revoked: object) -> None:
        """What this process has in hand is committed by the inbox, wherever the offset is."""

    def on_partitions_assigned(self, assigned: object) -> None:
        self._pending = True


def new_consumer(
    settings: ServiceSettings,
    service: str,
    topics: set[str],
    listener: ConsumerRebalanceListener | None = None,
) -> AIOKafkaConsumer:
    """Commits by hand, starts at the beginning, takes bytes as they are."""
    consumer = AIOKafkaConsumer(
        **_connection(settings),
        client_id=f"{service}-consumer",
        group_id=service,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=settings.kafka_session_timeout_ms,
        heartbeat_interval_ms=min(5_000, settings.kafka_session_timeout_ms // 3),
        rebalance_timeout_ms=settings.kafka_session_timeout_ms,
        max_poll_interval_ms=300_000,
        request_timeout_ms=40_000,
        fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
        partition_assignment_strategy=(StickyPartitionAssignor,),
    )
    consumer.subscribe(sorted(topics), listener=listener)
    return consumer


async def close_consumer(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and close. Without a broker that answers, only close."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await consumer.stop()
    except (TimeoutError, KafkaError) as error:
        log.warning("consumer.closed_without_leaving", error=type(error).__name__)
        await consumer._client.close()
