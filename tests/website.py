"""One address as people see it: a service's pages and the sign-in desk, on a real server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp
from tests.board import Board, board_routes

from lead.broker import MockBroker
from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer
from lead.sign_in_codes import Codes
from lead.sign_in_desk import SignInDesk
from shared import dead_letters
from shared.callers import Caller
from shared.clock import MovableClock
from shared.config import ServiceSettings
from shared.database import Transaction
from shared.events import TOPICS, CaseManagerAssigned, dead_letter_topic
from shared.events.wire import encode
from shared.idempotency import Tx
from shared.messages import Message, Subscription
from shared.migrations import spine_0001, spine_0002, spine_0003, spine_0004, spine_0005
from shared.page_session import PageRoute, page_caller, require_page
from shared.service import Runtime, Service, create_app
from shared.testing import eventually, write_key_ring

SERVICE, PREFIX = "casework", "/casework"
NOTES = f"{PREFIX}/notes"
SECRET = "only-for-tests-0123456789abcdef0123456789"


@dataclass
class Behavior:
    """How the parts act: what was noted, how old the desk's codes are, whether handling fails."""

    noted: list[str] = field(default_factory=list)
    codes_aged: float = 0.0
    handling_fails: bool = False
    board: Board = field(default_factory=Board)

    def reset(self) -> None:
        self.noted.clear()
        self.board.reset()
        self.codes_aged, self.handling_fails = 0.0, False


@dataclass
class Website:
    """A running address, and what a test may turn on it."""

    address: str
    app: FastAPI
    issuer: LocalIssuer
    clock: MovableClock
    behavior: Behavior

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime
        return runtime

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A browser without a screen: it keeps cookies and follows nothing by itself."""
        return httpx.AsyncClient(base_url=self.address, **options)

    def own_form(self) -> dict[str, str]:
        """The headers with which a browser sends a form of one of our pages."""
        return {"Origin": self.address, "Sec-Fetch-Site": "same-origin"}

    async def add_letter(self, error: Exception, subject: str = "p_0f5e") -> UUID:
        """A dead letter of an event that the service listens for."""
        event = CaseManagerAssigned(
            site="king-county",
            subject=subject,
            occurred_at=self.clock.now(),
            case_manager="alice",
            assigned_from=self.clock.now(),
        )
        encoded = encode(event, self.runtime.ring)
        message = Message(
            encoded.topic, encoded.key, dict(encoded.headers), encoded.payload, "test/0/0"
        )
        async with self.runtime.database.transaction() as tx:
            await dead_letters.add(tx, SERVICE, message, "on_case_manager_assigned", error)
            found = await tx.raw.fetchval("SELECT max(id::text)::uuid FROM dead_letter")
        return UUID(str(found))


@asynccontextmanager
async def open_website(
    postgres: PostgresServer, home: Path, **changes: Any
) -> AsyncIterator[Website]:
    """Run service and desk behind one address until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener, MockBroker() as broker:
        broker.create_topics(dict.fromkeys((*TOPICS, dead_letter_topic(SERVICE)), 1))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        issuer = LocalIssuer(home, f"{address}/auth")
        (home / "jwks.json").write_text(json.dumps(issuer.jwks()))
        values: dict[str, Any] = {
            "environment": "embedded",
            "database_url": await _spine_database(postgres),
            "kafka_bootstrap_servers": broker.bootstrap,
            "kafka_fetch_max_wait_ms": 5,
            "key_ring_file": write_key_ring(home / "ring.json", "identity", "care"),
            "oidc_issuer": issuer.issuer,
            "oidc_jwks_url": f"file://{home / 'jwks.json'}",
            "session_secret": SECRET,
            "public_url": address,
            "root_path": PREFIX,
            "log_level": "ERROR",
        }
        clock, behavior = MovableClock(), Behavior()
        settings = ServiceSettings(**(values | changes))
        app = create_app(_service(behavior), settings, clock=clock, on_failure=lambda: None)
        codes = Codes(lambda: asyncio.get_running_loop().time() + behavior.codes_aged)
        desk = SignInDesk(issuer, environment="embedded", codes=codes)
        gateway = Starlette(routes=[Mount(PREFIX, app), Mount("/auth", desk.app())])
        async with app.router.lifespan_context(app), _serving(gateway, listener):
            yield Website(address, app, issuer, clock, behavior)


async def to_the_desk(client: httpx.AsyncClient, next: str = NOTES) -> dict[str, str]:
    """Start signing in; returns what the desk is asked."""
    response = await client.get(f"{PREFIX}/signin", params={"next": next})
    assert response.status_code == 303
    location = urlsplit(response.headers["location"])
    assert location.path == "/auth/authorize"
    return {name: values[0] for name, values in parse_qs(location.query).items()}


async def pick(client: httpx.AsyncClient, asked: dict[str, str], sub: str = "alice") -> str:
    """Press a name at the desk; returns the address it leads back to."""
    response = await client.post("/auth/authorize", data={**asked, "sub": sub})
    assert response.status_code == 303
    return response.headers["location"]


async def sign_in(client: httpx.AsyncClient, sub: str = "alice", next: str = NOTES) -> str:
    """The whole way; returns where it ends."""
    response = await client.get(await pick(client, await to_the_desk(client, next), sub))
    assert response.status_code == 303, response.text
    return response.headers["location"]


def _service(behavior: Behavior) -> Service:
    async def on_case_manager_assigned(event: CaseManagerAssigned, tx: Transaction) -> None:
        if behavior.handling_fails:
            raise LookupError(event.case_manager)

    return Service(
        SERVICE,
        "Stands in for a service with pages.",
        routers=[_pages(behavior.noted), board_routes(behavior.board)],
        subscriptions={
            CaseManagerAssigned: Subscription("on_case_manager_assigned", on_case_manager_assigned)
        },
    )


def _pages(noted: list[str]) -> APIRouter:
    """Two pages and a form, as a service would write them."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/notes")
    async def show_notes(
        caller: Annotated[Caller, Depends(require_page("case-manager"))], day: str = ""
    ) -> Response:
        return HTMLResponse(f"{caller.name}: {len(noted)}")

    @router.post("/notes")
    async def add_note(
        request: Request, _: Annotated[Caller, Depends(page_caller)], tx: Tx
    ) -> Response:
        noted.append("note")
        return RedirectResponse(f"{PREFIX}/notes?{len(noted)}", 303)

    @router.get("/broken")
    async def show_broken() -> Response:
        raise LookupError("with something private")

    return router


async def _spine_database(postgres: PostgresServer) -> str:
    name = f"test_{uuid4().hex}"
    postgres.ensure_database(name)
    statements: list[str] = []
    spine_0001.upgrade(statements.append)
    spine_0002.upgrade(statements.append)
    spine_0003.upgrade(statements.append)
    spine_0004.upgrade(statements.append)
    spine_0005.upgrade(statements.append)
    connection = await asyncpg.connect(postgres.dsn(name))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
    return postgres.dsn(name)


@asynccontextmanager
async def _serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listener]))
    await eventually(lambda: _has_started(server))
    yield
    server.should_exit = True
    await serving


async def _has_started(server: uvicorn.Server) -> bool:
    return server.started
