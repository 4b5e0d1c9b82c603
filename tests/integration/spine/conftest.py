"""The toy on stage: inside this process, or as a process of its own."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tests.integration.spine import toy
from tests.integration.spine.harness import TOPICS, FaultyBroker, Served

from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer
from shared.config import ServiceSettings
from shared.testing import Stage, on_stage, write_key_ring

ISSUER = "http://issuer.test"
OpenToy = Callable[..., AbstractAsyncContextManager[Stage]]
Values = dict[str, Any]


@pytest.fixture
def broker() -> Iterator[FaultyBroker]:
    """A fresh mock broker with the toy's topics; it can go down and come up."""
    with FaultyBroker() as broker:
        broker.create_topics(TOPICS)
        yield broker


@pytest.fixture(scope="session")
def template(postgres: PostgresServer) -> str:
    """A database with the spine's and the toy's tables, cloned per test."""
    name = f"template_toy_{uuid4().hex[:8]}"
    postgres.ensure_database(name)
    return name


async def make_tables(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("SELECT to_regclass('outbox') IS NULL"):
            for statement in toy.STATEMENTS:
                await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def dsn(postgres: PostgresServer, template: str) -> str:
    """A fresh database of the toy."""
    await make_tables(postgres.dsn(template))
    name = f"test_{uuid4().hex}"
    admin = await asyncpg.connect(postgres.dsn("postgres"))
    await admin.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
    await admin.close()
    return postgres.dsn(name)


@pytest.fixture
def values(broker: FaultyBroker, dsn: str, issuer: LocalIssuer, tmp_path: Path) -> Values:
    """The toy's settings, by name."""
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps(issuer.jwks()))
    return {
        "environment": "embedded",
        "database_url": dsn,
        "database_pool_size": 8,
        "kafka_bootstrap_servers": broker.bootstrap,
        "kafka_fetch_max_wait_ms": 5,
        # The mock broker makes a returning member wait for this long, less a second.
        "kafka_session_timeout_ms": 2_000,
        "key_ring_file": write_key_ring(tmp_path / "ring.json", "identity", "care"),
        "oidc_issuer": ISSUER,
        "oidc_jwks_url": f"file://{jwks}",
        "session_secret": "only-for-tests-0123456789abcdef0123456789",
        "log_level": "INFO",
    }


@pytest.fixture
def open_toy(values: Values) -> OpenToy:
    """`async with open_toy() as stage:` runs the toy in this process; arguments are settings."""

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Stage]:
        async with on_stage(toy.create_app, ServiceSettings(**(values | changes))) as stage:
            yield stage

    return opened


@pytest.fixture
async def stage(open_toy: OpenToy) -> AsyncIterator[Stage]:
    """The toy, running in this process."""
    async with open_toy() as stage:
        yield stage


@pytest.fixture
async def served(values: Values, tmp_path: Path) -> AsyncIterator[Served]:
    """The toy as a process; not started yet."""
    environment = {name.upper(): str(value) for name, value in values.items()}
    served = Served(environment, tmp_path / "toy.log")
    yield served
    await served.close()


@pytest.fixture
def writer(headers: Callable[..., dict[str, str]]) -> dict[str, str]:
    """The Authorization header of somebody who may write notes."""
    return headers("case-manager", sub="alice")


@pytest.fixture
def reporter(headers: Callable[..., dict[str, str]]) -> dict[str, str]:
    """The Authorization header of an agency's system."""
    return headers("agency-reporter", sub="rms-1", sources=["rms"])
