"""Clients that send slowly take no database connection, and no places but their own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from tests.integration.conftest import OpenStage
from tests.integration.local.ports import on_a_port
from tests.integration.referral.bodies import referral
from tests.integration.slow import SlowClient

from shared import bodies
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
POOL = 5
PATH = "/referral/v1/referrals"
SEND_SLOWLY = [PATH, "/referral/v1/contacts", "/referral/v1/contacts:batch"]


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncIterator[Stage]:
    async with open_stage("referral", database_pool_size=POOL) as stage:
        yield stage


@pytest.fixture
def officer(headers: Headers) -> dict[str, str]:
    return headers("agency-reporter", sub="spd", sources=["rms-spd"])


@pytest.mark.parametrize("path", SEND_SLOWLY)
async def test_half_sent_bodies_keep_nobody_from_the_database(
    stage: Stage, officer: dict[str, str], headers: Headers, path: str
) -> None:
    """As many as there are connections: others are answered, and later the slow ones."""
    async with on_a_port(stage.app) as address, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(SlowClient(address)) for _ in range(POOL)]
        for client in slow:
            await client.announce(path, officer)
            assert await client.is_read()
            await client.send(b'{"half')
        desk = headers("referral-desk", sub="dana")
        listed = await stage.client.get("/v1/referrals", headers=desk)
        assert listed.status_code == 200
        assert (await stage.client.get("/readyz")).status_code == 200
        posted = await stage.client.post("/v1/referrals", json=referral(), headers=officer)
        assert posted.status_code == 201
        await slow[0].send(b"x" * 994)
        assert (await slow[0].answer())[0] in (200, 400)


async def test_a_body_that_does_not_arrive_is_waited_for_no_longer(
    open_stage: OpenStage, officer: dict[str, str]
) -> None:
    """408 with a problem, and the person's place is free again."""
    async with open_stage("referral", body_timeout_seconds=0.05) as stage:
        async with on_a_port(stage.app) as address, SlowClient(address) as slow:
            await slow.announce(PATH, officer)
            assert await slow.is_read()
            await slow.send(b'{"half')
            status, headers, problem = await slow.answer()
            assert (status, problem["type"]) == (408, "/referral/problems/too-slow")
            assert headers["content-type"] == "application/problem+json"
        assert stage.app.state.bodies.arriving == 0


async def test_a_caller_has_few_slow_bodies_and_only_they_are_refused(
    stage: Stage, officer: dict[str, str], headers: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 with Retry-After for one too many of one caller; another caller does not notice."""
    monkeypatch.setattr(bodies, "FOR_ONE_CALLER", 2)
    async with on_a_port(stage.app) as address, AsyncExitStack() as stack:
        first, second, third, other = [
            await stack.enter_async_context(SlowClient(address)) for _ in range(4)
        ]
        for client in (first, second):
            await client.announce(PATH, officer)
            assert await client.is_read()
        await third.announce(PATH, officer)
        status, answered, _ = await third.answer()
        assert (status, int(answered["retry-after"]) > 0) == (429, True)
        await other.announce(PATH, headers("agency-reporter", sub="kcso", sources=["rms-kcso"]))
        assert await other.is_read()


async def test_the_process_has_few_slow_bodies_in_all(
    stage: Stage, headers: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with Retry-After for one too many of all callers together."""
    monkeypatch.setattr(bodies, "FOR_ALL", 2)
    async with on_a_port(stage.app) as address, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(SlowClient(address)) for _ in range(3)]
        for number, client in enumerate(clients):
            await client.announce(PATH, headers("agency-reporter", sub=f"a-{number}"))
            if number < 2:
                assert await client.is_read()
        status, answered, _ = await clients[-1].answer()
        assert (status, int(answered["retry-after"]) > 0) == (503, True)


async def test_bodies_in_hand_are_bounded_in_bytes(
    stage: Stage, officer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever their number: 503 before memory runs out."""
    monkeypatch.setattr(bodies, "HELD_BYTES", 100)
    answer = await stage.client.post("/v1/referrals", json=referral(), headers=officer)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    monkeypatch.undo()
    answer = await stage.client.post("/v1/referrals", json=referral(), headers=officer)
    assert answer.status_code == 201


@pytest.mark.parametrize("path", SEND_SLOWLY)
async def test_without_a_token_nothing_of_the_body_is_read(stage: Stage, path: str) -> None:
    """The answer comes at once, and no leave to send."""
    async with on_a_port(stage.app) as address, SlowClient(address) as client:
        await client.announce(path, {}, length=900_000)
        assert (await client.answer())[0] == 401


async def test_a_body_that_is_announced_as_too_large_is_not_read(
    stage: Stage, officer: dict[str, str]
) -> None:
    async with on_a_port(stage.app) as address, SlowClient(address) as client:
        await client.announce(PATH, officer, length=2_000_000)
        assert (await client.answer())[0] == 413


async def test_a_signed_webhook_that_is_half_sent_has_few_places(
    open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lets its sender in is over the body, so it is read for few unknown senders at a time."""
    monkeypatch.setattr(bodies, "FOR_THE_UNKNOWN", 2)
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(open_stage("prosecution-hook"))
        address = await stack.enter_async_context(on_a_port(stage.app, "prosecution-hook"))
        clients = [await stack.enter_async_context(SlowClient(address)) for _ in range(3)]
        for client in clients[:2]:
            await client.announce("/prosecution/v1/inbound/pcms", {})
            assert await client.is_read()
        await clients[2].announce("/prosecution/v1/inbound/pcms", {})
        status, answered, _ = await clients[2].answer()
        assert (status, int(answered["retry-after"]) > 0) == (503, True)


async def test_a_form_that_is_half_sent_keeps_no_connection(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The route that used to read its form inside the transaction: alerts go on."""
    async with open_stage("notifier", database_pool_size=2) as stage:
        case_manager = headers("case-manager", sub="alice")
        form = case_manager | {"Content-Type": "application/x-www-form-urlencoded"}
        async with on_a_port(stage.app, "notifier") as address, AsyncExitStack() as stack:
            for _ in range(2):
                client = await stack.enter_async_context(SlowClient(address))
                await client.announce("/notifier/me/rules/custody", form)
                assert await client.is_read()
            answer = await stage.client.get("/v1/alerts", headers=case_manager)
            assert answer.status_code == 200
