"""The embedded default: PostgreSQL, broker, mail catcher and the four services, in one process.

Started in this order and stopped in reverse: PostgreSQL, broker, migrations, mail, the services
behind one address. Needs no network and nothing but what pip installed.
"""

import asyncio
import importlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from starlette.types import ASGIApp

from lead.broker import MockBroker
from lead.claim import CannotStart
from lead.gateway import create_gateway
from lead.history import publish_unhandled_again
from lead.home import Home
from lead.issuer import LocalIssuer
from lead.mailbox import Mailbox
from lead.postgres import EmbeddedPostgres
from lead.process import LOOPBACK
from lead.sample_staff import SITE_TIME_ZONES
from lead.seed import seed_city
from lead.services import PARTS, PREFIXES, Part
from lead.sign_in_desk import create_sign_in_desk
from lead.waiting import eventually
from shared.events import TOPICS, dead_letter_topic
from shared.migrations import migrate

READY_SECONDS = 30
# Open pages hold a stream for ever: they are cut off when this is over.
DRAIN_SECONDS = 2

Say = Callable[[str], None]


@dataclass(frozen=True)
class Foundation:
    """What the services stand on."""

    home: Home
    address: str
    issuer: LocalIssuer
    listener: socket.socket
    postgres: EmbeddedPostgres
    broker: MockBroker


@contextmanager
def foundation(home: Home, listener: socket.socket, say: Say) -> Iterator[Foundation]:
    """Start PostgreSQL and broker in a home and for a port that are ours. Raises CannotStart."""
    with ExitStack() as stack:
        address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        issuer = home.prepare(address)
        try:
            say("Starting PostgreSQL")
            postgres = stack.enter_context(EmbeddedPostgres(home.path))
            broker = stack.enter_context(MockBroker())
        except RuntimeError as error:
            raise CannotStart(str(error)) from error
        for part in PARTS:
            say(f"Preparing the database of {part.name}")
            postgres.ensure_database(part.database)
            migrate(part.package, postgres.dsn(part.database))
        yield Foundation(home, address, issuer, listener, postgres, broker)


@asynccontextmanager
async def services(base: Foundation, say: Say, on_failure: Say) -> AsyncIterator[Mailbox]:
    """Run the four services and everything beside them until the block ends.

    `on_failure` is told which service cannot go on.
    """
    async with Mailbox() as mailbox:
        say("Starting the services")
        await _create_topics(base.broker)
        apps = {part.name: _create_app(part, base, mailbox, on_failure) for part in PARTS}
        _log_to(base.home)
        await publish_unhandled_again(app.state.runtime for app in apps.values())
        desk = create_sign_in_desk(base.issuer, environment="embedded")
        gateway = create_gateway(apps, mailbox, desk)
        async with _serving(gateway, base.listener):
            await _await_ready(base.address)
            await seed_city(base.issuer, notifier=base.address, prosecution=base.address)
            yield mailbox


async def _create_topics(broker: MockBroker) -> None:
    """By naming them: the mock cluster's own call now and then takes a second to be noticed."""
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as client:
        for topic in (*TOPICS, *(dead_letter_topic(part.name) for part in PARTS)):
            await client.partitions_for(topic)


def _create_app(part: Part, base: Foundation, mailbox: Mailbox, on_failure: Say) -> FastAPI:
    main = importlib.import_module(f"{part.package}.main")
    values: dict[str, Any] = {
        "environment": "embedded",
        "database_url": base.postgres.dsn(part.database),
        "kafka_bootstrap_servers": base.broker.bootstrap,
        # The mock broker does not wake a waiting fetch.
        "kafka_fetch_max_wait_ms": 5,
        "key_ring_file": base.home.key_ring(part),
        "oidc_issuer": base.issuer.issuer,
        "oidc_jwks_url": f"file://{base.home.jwks}",
        "session_secret": base.home.secret("session"),
        "public_url": base.address,
        "root_path": part.prefix,
        "site_time_zones": SITE_TIME_ZONES,
        "smtp_host": LOOPBACK,
        "smtp_port": mailbox.port,
    }
    app: FastAPI = main.create_app(
        main.Settings(**values), on_failure=lambda: on_failure(part.name)
    )
    return app


class _Server(uvicorn.Server):
    """Leaves the signals to the launcher, which stops everything in order."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=DRAIN_SECONDS
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    started = asyncio.create_task(server.up.wait())
    try:
        await asyncio.wait({serving, started}, return_when=asyncio.FIRST_COMPLETED)
        if not server.started:
            raise CannotStart("The services did not start; the log says why.")
        yield
    finally:
        started.cancel()
        server.should_exit = True
        await serving


async def _await_ready(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=5) as client:
        for name, prefix in PREFIXES.items():
            path = f"{prefix}/readyz"

            async def is_ready(path: str = path) -> bool:
                return (await client.get(path)).status_code == 200

            await eventually(f"{name} ready", is_ready, READY_SECONDS)


def _log_to(home: Home) -> None:
    """The services' JSON lines belong in a file; the terminal is for the story."""
    on_terminal = logging.root.handlers[0]
    in_file = logging.FileHandler(home.log, encoding="utf-8")
    in_file.setFormatter(on_terminal.formatter)
    # What keeps personal data out of the lines.
    in_file.filters = on_terminal.filters
    logging.root.handlers[:] = [in_file]
