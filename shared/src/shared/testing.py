"""The test kit: one whole service in this process, on a real database and Kafka's protocol."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI

from shared.clock import MovableClock
from shared.config import ServiceSettings
from shared.database import Transaction
from shared.errors import is_transient
from shared.events.base import Event
from shared.events.wire import decode, encode
from shared.sealing import KeyRing, generate_key_ring
from shared.service import Runtime

Result = TypeVar("Result")
AnyEvent = TypeVar("AnyEvent", bound=Event)

# One set of keys for all rings of a test run: services must open what others sealed.
MASTER_RING = generate_key_ring(("identity", "care"))


def write_key_ring(path: Path, *classes: str) -> Path:
    """A key ring file with these classes (and the digest key)."""
    wanted = (*classes, "digest")
    keys = [key for key in MASTER_RING["keys"] if key["data_class"] in wanted]
    path.write_text(json.dumps({"keys": keys}))
    return path


async def eventually(
    check: Callable[[], Awaitable[Result]], *, seconds: float = 60, every: float = 0.02
) -> Result:
    """Wait until `check` returns something true (asserting is fine too) and return it."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        failure: Exception | None = None
        try:
            if result := await check():
                return result
        except Exception as error:
            if not (isinstance(error, AssertionError) or is_transient(error)):
                raise
            failure = error
        if asyncio.get_running_loop().time() > deadline:
            raise failure or AssertionError("it did not happen in time")
        await asyncio.sleep(every)


class Stage:
    """A running service and what a test does with it."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, clock: MovableClock) -> None:
        self.app, self.client, self.clock = app, client, clock
        self.runtime: Runtime = app.state.runtime
        self.database = self.runtime.database
        self.ring = KeyRing(MASTER_RING["keys"])

    async def published(self, event_type: type[AnyEvent]) -> list[AnyEvent]:
        """All events of this type that the service has committed to its outbox, oldest first."""
        async with self.database.transaction() as tx:
            rows = await tx.raw.fetch(
                "SELECT headers, payload FROM outbox WHERE type = $1 ORDER BY seq", event_type.type
            )
        events = []
        for row in rows:
            headers = json.loads(row["headers"])
            event = decode(event_type, headers, row["payload"], self.ring)
            events.append(cast("AnyEvent", event))
        return events

    async def deliver(self, *events: Event) -> None:
        """Produce events to Kafka as another service's relay would."""
        servers = self.runtime.settings.kafka_bootstrap_servers
        async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
            for event in events:
                message = encode(event, self.ring)
                headers = [(name, value.encode()) for name, value in message.headers.items()]
                await producer.send_and_wait(
                    message.topic, message.payload, key=message.key.encode(), headers=headers
                )

    async def handled(self, *events: Event) -> None:
        """Wait until every one of these events is claimed in the inbox."""
        ids = [event.id for event in events]

        async def all_claimed() -> bool:
            async with self.database.transaction() as tx:
                count = await tx.raw.fetchval(
                    "SELECT count(DISTINCT event_id) FROM inbox WHERE event_id = ANY($1::uuid[])",
                    ids,
                )
            return bool(count == len(ids))

        await eventually(all_claimed)

    async def deliver_and_handle(self, *events: Event) -> None:
        await self.deliver(*events)
        await self.handled(*events)

    async def pass_time(self, by: timedelta) -> None:
        """Move the clock; back when every timer that came due meanwhile has fired."""
        self.clock.advance(by)
        while await self.runtime.timers.fire_due():
            pass

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction() as tx:
            yield tx

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """Look into the service's database."""
        async with self.database.transaction() as tx:
            return [dict(row) for row in await tx.raw.fetch(query, *arguments)]


@asynccontextmanager
async def on_stage(
    create_app: Callable[..., FastAPI], settings: ServiceSettings
) -> AsyncIterator[Stage]:
    """Run the service with a movable clock until the block ends; its death fails the test."""
    clock = MovableClock()
    deaths: list[str] = []
    app = create_app(settings, clock=clock, on_failure=lambda: deaths.append("a task ended"))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service.test") as client,
    ):
        await eventually(lambda: _is_ready(client))
        yield Stage(app, client, clock)
    if deaths:
        raise AssertionError(f"the task {app.state.runtime.supervisor.failed} ended")


async def _is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200
