"""A service on stage: its own database cloned from a migrated template, its own broker."""

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from lead.broker import MockBroker
from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer
from shared.events import TOPICS, dead_letter_topic
from shared.migrations import migrate
from shared.testing import Stage, on_stage, write_key_ring

ISSUER = "http://issuer.test"
PACKAGES = {
    "referral": "referral",
    "casework": "casework",
    "prosecution-hook": "prosecution_hook",
    "notifier": "notifier",
}
# prosecution-hook holds no care key: the firewall stands even against a bug in its code.
CLASSES = dict.fromkeys(PACKAGES, ("identity", "care")) | {"prosecution-hook": ("identity",)}
PARTITIONS = 4
OFFICES = ("kcpao", "city-attorney", "sca", "first-da", "WA0999999")
APPROVED = """
INSERT INTO partner (id, site, org, may_receive, onward, decided_by, decided_at, break_glass)
VALUES ($1, $2, $3, '{engagement_fact}', '{}', 'petra', now() - interval '100 years', false)"""
# Version 0: the first one that a test publishes itself is version 1.
POLICY = """
INSERT INTO prosecution_policy (id, site, version, content, published_at, published_by)
VALUES ($1, 'king-county', 0, $2, now() - interval '100 years', 'petra')"""
LIAISONS = {
    "diversion_office": "kcpao",
    "offices": {"pcms-kcpao": "kcpao"},
    "liaisons": {"kcpao": "leo"},
}

OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> LocalIssuer:
    """Signs the tokens of a test run."""
    return LocalIssuer(tmp_path_factory.mktemp("issuer"), ISSUER)


@pytest.fixture(scope="session")
def templates(postgres: PostgresServer) -> dict[str, str]:
    """Filled as needed: service name -> database migrated once, cloned per test."""
    return {}


@pytest.fixture
def broker() -> Iterator[str]:
    """Bootstrap servers of a fresh broker with every topic."""
    with new_broker() as bootstrap:
        yield bootstrap


@contextmanager
def new_broker() -> Iterator[str]:
    """It has one consumer per group: each stage wants its own."""
    with MockBroker() as mock:
        for topic in (*TOPICS, *(dead_letter_topic(name) for name in PACKAGES)):
            mock.create_topic(topic, PARTITIONS)
        yield mock.bootstrap


async def approve_offices(dsn: str) -> None:
    """Tests speak for offices that both sites approved, and for leo, the liaison of one."""
    database = await asyncpg.connect(dsn)
    for site in ("king-county", "santa-fe"):
        for org in OFFICES:
            await database.execute(APPROVED, uuid4(), site, org)
    await database.execute(POLICY, uuid4(), json.dumps(LIAISONS))
    await database.close()


async def clone_database(postgres: PostgresServer, templates: dict[str, str], name: str) -> str:
    """A fresh database of one service; about 50 ms once its template is migrated."""
    if name not in templates:
        template = f"template_{PACKAGES[name]}_{uuid4().hex[:8]}"
        postgres.ensure_database(template)
        await asyncio.to_thread(migrate, PACKAGES[name], postgres.dsn(template))
        if name == "prosecution-hook":
            await approve_offices(postgres.dsn(template))
        templates[name] = template
    database = f"test_{uuid4().hex}"
    admin = await asyncpg.connect(postgres.dsn("postgres"))
    await admin.execute(f'CREATE DATABASE {database} TEMPLATE "{templates[name]}"')
    await admin.close()
    return postgres.dsn(database)


@asynccontextmanager
async def running(
    name: str, database_url: str, broker: str, folder: Path, **changes: Any
) -> AsyncIterator[Stage]:
    """That service, running for the block; `folder` holds the issuer's keys and gets its own."""
    main = importlib.import_module(f"{PACKAGES[name]}.main")
    values = {
        "environment": "embedded",
        "database_url": database_url,
        "database_pool_size": 5,
        "kafka_bootstrap_servers": broker,
        "kafka_fetch_max_wait_ms": 5,
        "key_ring_file": write_key_ring(folder / f"{name}.json", *CLASSES[name]),
        "oidc_issuer": ISSUER,
        "oidc_jwks_url": f"file://{folder / 'jwks.json'}",
        "session_secret": "only-for-tests-0123456789abcdef0123456789",
        "log_level": "WARNING",
    }
    async with on_stage(main.create_app, main.Settings(**(values | changes))) as stage:
        yield stage


@pytest.fixture
def open_stage(
    postgres: PostgresServer,
    broker: str,
    issuer: LocalIssuer,
    templates: dict[str, str],
    tmp_path: Path,
) -> OpenStage:
    """`async with open_stage("referral") as stage:` runs that service for the block."""
    (tmp_path / "jwks.json").write_text(json.dumps(issuer.jwks()))

    @asynccontextmanager
    async def opened(name: str, **changes: Any) -> AsyncIterator[Stage]:
        own = changes.pop("database_url", None)
        database = own or await clone_database(postgres, templates, name)
        async with running(name, database, broker, tmp_path, **changes) as stage:
            yield stage

    return opened


@pytest.fixture
def headers(issuer: LocalIssuer) -> Callable[..., dict[str, str]]:
    """`headers("case-manager", sub="alice")`: the Authorization header of such a caller."""

    def authorization(role: str, site: str = "king-county", **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.token(role, site, **claims)}"}

    return authorization
