"""Our settings on real Kafka with TLS, SCRAM, and the rights that the manifests give."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from confluent_kafka import KafkaError as RdKafkaError
from confluent_kafka.admin import AdminClient
from tests.architecture.source import ROOT
from tests.architecture.test_compose import load
from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact

from lead import jars
from lead.rewind import CannotRewind, rewind
from lead.secure_kafka import SecureKafka
from shared.config import ServiceSettings
from shared.events import TOPICS, dead_letter_topic
from shared.kafka import new_consumer, new_producer
from shared.testing import eventually

pytestmark = pytest.mark.kafka
USERS: dict[str, list[dict[str, Any]]] = {
    user["metadata"]["name"]: user["spec"]["authorization"]["acls"]
    for user in load(ROOT / "deploy" / "k8s" / "generate_kafka.py").users()
}
SERVICES = sorted(set(USERS) - {"keda"})
PASSWORDS = {user: f"the password of {user}" for user in USERS}
REFUSAL_SECONDS = 60
each_service = pytest.mark.parametrize("service", SERVICES)


def granted(service: str, operation: str, kind: str = "topic") -> list[str]:
    """What a service may do it to, by the manifests."""
    of_kind = [acl for acl in USERS[service] if acl["resource"]["type"] == kind]
    return [acl["resource"]["name"] for acl in of_kind if operation in acl["operations"]]


def others(service: str, operation: str) -> list[str]:
    """Every topic of the system to which it may not."""
    every = [*TOPICS, *map(dead_letter_topic, SERVICES)]
    return [topic for topic in every if topic not in granted(service, operation)]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """A node with the manifests' users, rights and topics."""
    if reason := jars.missing():
        pytest.skip(f"no real Kafka: {reason}")
    with SecureKafka(tmp_path_factory.mktemp("secure"), PASSWORDS) as node:
        node.create_topics(dict.fromkeys((*TOPICS, *map(dead_letter_topic, SERVICES)), 1))
        for user, acls in USERS.items():
            node.grant(user, acls)
        yield node


@pytest.fixture
def settings(secure: SecureKafka) -> Callable[..., ServiceSettings]:
    """`settings("casework")`: as its pod has them."""

    def of(service: str, **changes: Any) -> ServiceSettings:
        values: dict[str, Any] = kafka_settings(secure, service) | changes
        return ServiceSettings(
            database_url="postgresql://nobody@127.0.0.1:9/nothing",
            key_ring_file=Path("ring.json"),
            oidc_issuer="http://issuer.test",
            **values,
        )

    return of


def kafka_settings(secure: SecureKafka, service: str) -> dict[str, Any]:
    return {
        "kafka_bootstrap_servers": secure.secure_bootstrap,
        "kafka_security_protocol": "SASL_SSL",
        "kafka_username": service,
        "kafka_password": PASSWORDS[service],
        "kafka_ca_file": secure.ca_file,
    }


def as_user(secure: SecureKafka, service: str) -> dict[str, str]:
    """The same for librdkafka, as an operator's client.properties has it."""
    return {
        "bootstrap.servers": secure.secure_bootstrap,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": service,
        "sasl.password": PASSWORDS[service],
        "ssl.ca.location": str(secure.ca_file),
    }


@asynccontextmanager
async def producer(settings: ServiceSettings) -> AsyncIterator[AIOKafkaProducer]:
    """The relay's, closed whatever happens."""
    client = new_producer(settings, "test")
    try:
        await client.start()
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def consumer(
    settings: ServiceSettings, group: str, topics: set[str]
) -> AsyncIterator[AIOKafkaConsumer]:
    """The service's, closed whatever happens."""
    client = new_consumer(settings, group, topics)
    try:
        await client.start()
        yield client
    finally:
        await client.stop()


@each_service
async def test_a_service_may_do_what_its_code_does(
    service: str, settings: Callable[..., ServiceSettings]
) -> None:
    """It writes every topic of its own and reads all that it subscribes to, in its own group."""
    async with producer(settings(service)) as writer:
        for topic in granted(service, "Write"):
            await writer.send_and_wait(topic, b"{}")
    readable = granted(service, "Read")
    assert granted(service, "Read", "group") == [service]
    async with consumer(settings(service), service, set(readable)) as reader:
        await eventually(lambda: _assigned(reader, set(readable)))
        await reader.commit({TopicPartition(topic, 0): 0 for topic in readable})


async def _assigned(reader: AIOKafkaConsumer, topics: set[str]) -> bool:
    return {part.topic for part in reader.assignment()} == topics


@each_service
async def test_a_service_may_write_nothing_else(
    service: str, settings: Callable[..., ServiceSettings]
) -> None:
    """No other service's events can come from it, whatever its code does."""
    async with producer(settings(service)) as writer:
        for topic in others(service, "Write"):
            with pytest.raises(TopicAuthorizationFailedError):
                await asyncio.wait_for(writer.send_and_wait(topic, b"{}"), REFUSAL_SECONDS)


@each_service
def test_a_service_sees_nothing_else(service: str, secure: SecureKafka) -> None:
    """What it neither writes nor reads it cannot even describe, let alone fetch.

    By librdkafka: aiokafka asks again and again where it has no right.
    """
    client = AdminClient({**as_user(secure, service)})
    for topic in (*TOPICS, *map(dead_letter_topic, SERVICES)):
        error = client.list_topics(topic, timeout=REFUSAL_SECONDS).topics[topic].error
        known = topic in granted(service, "Describe")
        assert (error is None) is known
        assert error is None or error.code() == RdKafkaError.TOPIC_AUTHORIZATION_FAILED


async def test_a_service_may_not_join_another_s_group(
    settings: Callable[..., ServiceSettings],
) -> None:
    """Nobody can take a consumer's partitions away from it."""
    readable = set(granted("notifier", "Read"))
    reader = new_consumer(settings("notifier"), "casework", readable)
    with pytest.raises(GroupAuthorizationFailedError):
        await asyncio.wait_for(reader.start(), REFUSAL_SECONDS)
    await reader.stop()


async def test_a_stopped_service_is_rewound_by_its_own_user_only(
    settings: Callable[..., ServiceSettings], secure: SecureKafka
) -> None:
    """The rights that it has suffice for `lead rewind`; another's place is not its to move."""
    topic, began = "lead.casework.events", datetime.now(UTC)
    async with producer(settings("casework")) as writer:
        where = (await writer.send_and_wait(topic, b"{}")).offset
    async with consumer(settings("notifier"), "notifier", {topic}) as reader:
        await eventually(lambda: _assigned(reader, {topic}))
        await reader.commit({TopicPartition(topic, 0): where + 1})
    own = as_user(secure, "notifier")
    with pytest.raises(CannotRewind, match="uthorization"):
        rewind(own, "casework", began)
    assert rewind(own, "notifier", began) == {topic: 1}
    async with consumer(settings("notifier"), "notifier", {topic}) as reader:
        await eventually(lambda: _assigned(reader, {topic}))
        assert await reader.committed(TopicPartition(topic, 0)) == where


@pytest.mark.parametrize(
    "changes",
    [{"kafka_password": "a guess"}, {"kafka_username": "somebody"}, {"kafka_ca_file": None}],
)
async def test_who_is_not_known_is_refused(
    settings: Callable[..., ServiceSettings], changes: dict[str, Any]
) -> None:
    """A wrong password, an unknown user, and a node whose certificate nobody vouches for."""
    with pytest.raises((KafkaError, ssl.SSLError)):
        async with producer(settings("referral", **changes)):
            pass


async def test_without_tls_there_is_no_connection(
    settings: Callable[..., ServiceSettings],
) -> None:
    """A password is never sent in the clear to this listener."""
    changes = {"kafka_security_protocol": "SASL_PLAINTEXT"}
    with pytest.raises(KafkaConnectionError):
        async with producer(settings("referral", **changes)):
            pass


async def test_a_report_travels(
    secure: SecureKafka,
    open_stage: OpenStage,
    headers: Callable[..., dict[str, str]],
) -> None:
    """The whole service on it: accepted, relayed over TLS, nothing left in the outbox."""
    async with open_stage("referral", **kafka_settings(secure, "referral")) as stage:
        caller = headers("agency-reporter", sources=["jms-county-a"])
        answer = await stage.client.post("/v1/contacts", json=contact(), headers=caller)
        assert answer.status_code == 202

        async def left() -> bool:
            state = await stage.client.get("/v1/outbox", headers=headers("ops"))
            return bool(state.json()["pending"] == 0)

        await eventually(left)
