"""Outages: the service says what is away, stays alive, and catches up by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.spine import toy
from tests.integration.spine.conftest import make_tables
from tests.integration.spine.harness import FaultyBroker
from tests.integration.spine.test_consumer import effects
from tests.integration.spine.test_outbox import count
from tests.integration.spine.toy import noted

from lead.postgres import EmbeddedPostgres
from lead.process import free_port
from shared import relay as relay_module
from shared.config import ServiceSettings
from shared.testing import Stage, eventually, on_stage

Headers = dict[str, str]
OpenToy = Callable[..., AbstractAsyncContextManager[Stage]]


async def checks(client: httpx.AsyncClient) -> tuple[int, dict[str, bool]]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()["checks"]


async def becomes(stage: Stage, status: int) -> None:
    async def so() -> bool:
        return (await stage.client.get("/readyz")).status_code == status

    await eventually(so)


async def test_while_the_broker_is_away_requests_go_on_coming_here(
    stage: Stage, broker: FaultyBroker, writer: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there once: it says that it is degraded, and what it accepts leaves later."""
    monkeypatch.setattr(relay_module, "SEND_TIMEOUT_SECONDS", 1)
    await becomes(stage, 200)
    broker.go_down()

    async def noticed() -> bool:
        return not (await checks(stage.client))[1]["broker"]

    await eventually(noticed)
    told = await stage.client.get("/readyz")
    assert (told.status_code, told.json()["status"]) == (200, "degraded")
    assert told.json()["checks"]["database"] is True
    assert (await stage.client.get("/healthz")).status_code == 200
    answer = await stage.client.post("/v1/notes", json={"subject": "a"}, headers=writer)
    assert answer.status_code == 201
    broker.come_up()

    async def effect() -> bool:
        return len(await effects(stage)) == 1

    await eventually(effect)

    async def whole() -> bool:
        told = (await stage.client.get("/readyz")).json()["status"]
        return bool(told == "ready")

    await eventually(whole)


async def test_it_starts_without_a_broker_and_catches_up(
    values: dict[str, Any], broker: FaultyBroker, writer: Headers
) -> None:
    """Start-up waits for nobody, and is ready for no traffic: wrong credentials replace nobody."""
    broker.go_down()
    app = toy.create_app(ServiceSettings(**values), on_failure=lambda: None)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://toy.test") as client,
    ):
        answer = await client.post("/v1/notes", json={"subject": "a"}, headers=writer)
        assert answer.status_code == 201
        assert (await checks(client))[0] == 503
        assert (await client.get("/healthz")).status_code == 200
        broker.come_up()

        async def effect() -> bool:
            async with app.state.runtime.database.transaction() as tx:
                return bool(await tx.raw.fetchval("SELECT count(*) FROM effect"))

        await eventually(effect)

        async def ready() -> bool:
            return (await checks(client))[0] == 200

        await eventually(ready)
        assert app.state.runtime.supervisor.failed is None


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server that a test may kill."""
    home = tmp_path_factory.mktemp("own")
    with EmbeddedPostgres(home, port=free_port()) as server:
        yield server


@pytest.fixture
async def own_stage(
    own_postgres: EmbeddedPostgres, values: dict[str, Any], tmp_path: Path
) -> AsyncIterator[Stage]:
    """The toy on the server that may be killed."""
    name = f"toy_{tmp_path.name}".lower()
    own_postgres.ensure_database(name)
    await make_tables(own_postgres.dsn(name))
    settings = ServiceSettings(**(values | {"database_url": own_postgres.dsn(name)}))
    async with on_stage(toy.create_app, settings) as stage:
        yield stage


async def test_a_killed_database_costs_nothing_that_was_acknowledged(
    own_postgres: EmbeddedPostgres, own_stage: Stage, writer: Headers, reporter: Headers
) -> None:
    """kill -9 of PostgreSQL under load: 503 meanwhile, then everything goes on by itself."""
    accepted: list[int] = []
    stop = asyncio.Event()

    async def write_on(worker: int) -> None:
        number = worker * 100_000
        while not stop.is_set():
            number += 1
            body = {"subject": f"w{worker}", "number": number}
            answer = await own_stage.client.post("/v1/notes", json=body, headers=writer)
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:
                accepted.append(number)
            else:
                await asyncio.sleep(0.02)

    load = [asyncio.create_task(write_on(worker)) for worker in range(4)]
    sent = [noted("x", n) for n in range(300)]
    await own_stage.deliver(*sent[:150])
    await asyncio.to_thread(own_postgres.kill)
    await becomes(own_stage, 503)
    assert (await checks(own_stage.client))[1]["database"] is False
    assert (await own_stage.client.get("/healthz")).status_code == 200
    body = {"record": "r-1"}
    async with asyncio.timeout(60):
        refused = await own_stage.client.post("/v1/reports", json=body, headers=reporter)
    assert refused.status_code == 503
    await own_stage.deliver(*sent[150:])
    before = len(accepted)
    await asyncio.to_thread(own_postgres.start)
    await becomes(own_stage, 200)

    async def goes_on() -> bool:
        return len(accepted) > before + 20

    await eventually(goes_on)
    stop.set()
    await asyncio.gather(*load)
    await own_stage.handled(*sent)

    async def nothing_pending() -> bool:
        return await count(own_stage, "outbox_pending") == 0

    await eventually(nothing_pending)
    notes = await own_stage.rows("SELECT number FROM note")
    assert set(accepted) <= {row["number"] for row in notes}
    assert [n for subject, n in await effects(own_stage) if subject == "x"] == list(range(300))
    assert await count(own_stage, "dead_letter") == 0

    async def all_handled() -> bool:
        handled = {n for subject, n in await effects(own_stage) if subject != "x"}
        return handled == {row["number"] for row in notes}

    await eventually(all_handled)
