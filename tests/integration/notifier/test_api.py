"""Who sees what over HTTP, staff and their contact methods, the stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import httpx
import uvicorn
from tests.integration.notifier.town import CANARY, Town

from notifier.stream import MOST_FOR_ONE
from shared.sealing import DataClass
from shared.testing import eventually


async def test_a_case_manager_sees_own_alerts_only(town: Town) -> None:
    """Ben sees nothing of alice's until he is asked."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    assert len((await town.get("/v1/alerts", town.alice))["items"]) == 1
    assert (await town.get("/v1/alerts", town.ben))["items"] == []
    client, url = town.stage.client, f"/v1/alerts/{alert['id']}"
    assert (await client.get(url, headers=town.ben)).status_code == 404
    assert (await client.get(f"{url}/why", headers=town.ben)).status_code == 404
    for action, body in (("acknowledgement", {}), ("handover", {"to": "ben"})):
        answer = await client.post(f"{url}/{action}", json=body, headers=town.ben)
        assert answer.status_code == 404


async def test_another_site_sees_nothing(town: Town) -> None:
    """Neither by list, nor by id, nor in the audit; nor can it change staff or policy here."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    stranger = town.headers("supervisor", "santa-fe", sub="tess")
    assert (await town.get("/v1/alerts", stranger))["items"] == []
    assert (await town.get("/v1/audit/open", stranger))["items"] == []
    assert (await town.get("/v1/staff", stranger))["items"] == []
    client = town.stage.client
    assert (await client.get(f"/v1/alerts/{alert['id']}", headers=stranger)).status_code == 404
    body = {"site": "king-county", "name": "X", "email": "x@example.org"}
    assert (await client.put("/v1/staff/x", json=body, headers=stranger)).status_code == 403
    path = "/v1/sites/king-county/policy"
    assert (await client.put(path, json={}, headers=stranger)).status_code == 403


async def test_justice_roles_get_nothing(town: Town) -> None:
    """No role of an agency or prosecutor may ask the notifier anything."""
    for role in ("agency-reporter", "prosecutor-system", "liaison-prosecutor", "referral-desk"):
        who = town.headers(role)
        for path in ("/v1/alerts", "/v1/audit/open", "/v1/staff", "/v1/stream"):
            assert (await town.stage.client.get(path, headers=who)).status_code == 403


async def test_lists_are_paged(town: Town) -> None:
    """Newest first, and the cursor leads to the rest."""
    await town.assign()
    for day in range(3):
        await town.report(town.contact(occurred_at=town.now + timedelta(days=5 * day)))
    first = await town.get("/v1/alerts?limit=2", town.alice)
    rest = await town.get(f"/v1/alerts?limit=2&cursor={first['next']}", town.alice)
    numbers = [item["number"] for item in (*first["items"], *rest["items"])]
    assert numbers == sorted(numbers, reverse=True)
    assert (len(numbers), rest["next"]) == (3, None)
    waiting = await town.get("/v1/alerts?state=acknowledged", town.alice)
    assert waiting["items"] == []


async def test_names_are_sealed_at_rest_and_notes_too(town: Town) -> None:
    """The database holds neither the name nor the note in the clear."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    body = {"note": f"called {CANARY}'s sister", "action": "calling"}
    path = f"/v1/alerts/{alert['id']}/acknowledgement"
    answer = await town.stage.client.post(path, json=body, headers=town.alice)
    assert [note["text"] for note in answer.json()["notes"]] == [body["note"]]
    for table in (
        "alert",
        "alert_entry",
        "alert_thread",
        "alert_step",
        "alert_note",
        "delivery",
        "outbox",
    ):
        assert CANARY not in str(await town.stage.rows(f"SELECT * FROM {table}"))  # noqa: S608
    (row,) = await town.stage.rows("SELECT event_id, sealed_name FROM alert_entry")
    ring = town.stage.ring
    opened = ring.open(str(row["event_id"]), row["sealed_name"], DataClass.IDENTITY)
    assert opened.decode() == CANARY


async def test_who_looked_is_recorded(town: Town) -> None:
    """R-20: opening an alert leaves a line; reading it again soon does not."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    for _ in range(2):
        await town.get(f"/v1/alerts/{alert['id']}", town.carla)
    assert (await town.why()).count("Carla opened this.") == 1


async def test_the_audit_lists_what_has_no_end(town: Town) -> None:
    """An open alert is there, overdue when its clock ran out; an answered one is not."""
    await town.assign()
    await town.report(town.contact())
    ops = town.headers("ops", sub="olu")
    (item,) = (await town.get("/v1/audit/open", ops))["items"]
    assert (item["recipient"], item["overdue"]) == ("alice", False)
    assert CANARY not in str(item)
    await town.acknowledge(item["id"], town.alice)
    assert (await town.get("/v1/audit/open", ops))["items"] == []


async def test_an_address_is_checked_when_staff_are_entered(town: Town) -> None:
    """422 with the field's pointer; the value is not echoed."""
    body = {"site": "king-county", "name": "Dora", "email": "dora at example"}
    answer = await town.stage.client.put("/v1/staff/dora", json=body, headers=town.carla)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/email"
    assert "dora at" not in answer.text
    body = {"site": "king-county", "name": "Line", "email": "line@example.org"}
    answer = await town.stage.client.put("/v1/staff/program-line", json=body, headers=town.carla)
    assert answer.status_code == 422


@asynccontextmanager
async def served(town: Town) -> AsyncIterator[str]:
    """The app on a real port: an ASGI transport in memory does not stream."""
    config = uvicorn.Config(town.stage.app, port=0, lifespan="off", log_config=None)
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually(started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def _next_event(lines: AsyncIterator[str]) -> dict[str, str]:
    event: dict[str, str] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if name in ("id", "data"):
            event[name] = value
        if not line and event:
            return event
    raise AssertionError("the stream ended")


async def test_the_stream_tells_and_resumes(town: Town) -> None:
    """A new alert is told at once; after a break, what was missed and nothing twice."""
    await town.assign()
    async with served(town) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        async with client.stream("GET", "/v1/stream", headers=town.alice) as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            await town.report(town.contact())
            first = await _next_event(lines)
        alert = await town.the_alert()
        assert alert["id"] in first["data"]
        await town.mailed(1)
        await town.acknowledge(alert["id"], town.alice)
        resumed = town.alice | {"Last-Event-ID": first["id"]}
        async with client.stream("GET", "/v1/stream", headers=resumed) as answer:
            missed = await _next_event(answer.aiter_lines())
        assert int(missed["id"]) > int(first["id"])


async def test_the_stream_tells_nobody_else(town: Town) -> None:
    """Ben hears nothing of alice's alert; carla, who supervises the site, does."""
    await town.assign()
    async with (
        served(town) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
        client.stream("GET", "/v1/stream", headers=town.ben) as ben,
        client.stream("GET", "/v1/stream", headers=town.carla) as carla,
    ):
        bens, carlas = ben.aiter_lines(), carla.aiter_lines()
        await anext(bens)
        await anext(carlas)
        await town.report(town.contact())
        assert await _next_event(carlas)
        waiting = asyncio.ensure_future(_next_event(bens))
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        assert not done
        waiting.cancel()


async def opened(client: httpx.AsyncClient, who: dict[str, str], stack: AsyncExitStack) -> int:
    """Open a stream until the stack ends; the status of the answer."""
    answer = await stack.enter_async_context(client.stream("GET", "/v1/stream", headers=who))
    return answer.status_code


async def test_a_person_has_a_few_streams_and_all_share_one_poll(town: Town) -> None:
    """One too many is 429 with Retry-After, others are not touched; streams cost no queries."""
    hub = town.stage.app.state.hub
    limits = httpx.Limits(max_connections=None)
    async with (
        served(town) as url,
        httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client,
        AsyncExitStack() as stack,
    ):
        statuses = [await opened(client, town.alice, stack) for _ in range(MOST_FOR_ONE)]
        assert statuses == [200] * MOST_FOR_ONE
        refused = await client.get("/v1/stream", headers=town.alice)
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
        assert await opened(client, town.ben, stack) == 200
        polls = hub.polls

        async def polled_again() -> bool:
            return bool(hub.polls > polls + 1)

        # Every connection for requests is taken by somebody else: the streams need none.
        async with AsyncExitStack() as taken:
            for _ in range(town.stage.runtime.settings.database_pool_size):
                await taken.enter_async_context(town.stage.database.transaction())
            await eventually(polled_again)
    await eventually(lambda: asyncio.sleep(0, hub.open_streams == 0))


async def test_a_burst_of_streams_is_no_error_of_ours(town: Town) -> None:
    """Many at once, each resuming: begun, or told to come back; never 500."""
    people = [town.headers("case-manager", sub=f"person-{n}") for n in range(60)]
    limits = httpx.Limits(max_connections=None)
    async with (
        served(town) as url,
        httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client,
        AsyncExitStack() as stack,
    ):
        resumed = [who | {"Last-Event-ID": "0"} for who in people for _ in range(2)]
        statuses = await asyncio.gather(*(opened(client, who, stack) for who in resumed))
        assert set(statuses) <= {200, 503}
        assert 200 in statuses
