"""A client that asks too often is told to wait, and only that one is."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact

from shared.testing import Stage

LIMIT = 3
Headers = Callable[..., dict[str, str]]


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncIterator[Stage]:
    async with open_stage("referral", rate_limit_per_minute=LIMIT) as stage:
        # To the beginning of a window, which none of the tests then leaves by itself.
        await stage.pass_time(timedelta(seconds=61 - stage.clock.now().second))
        yield stage


async def test_the_fourth_request_waits_for_the_next_minute(stage: Stage, headers: Headers) -> None:
    """429 with a reason and a time; nothing of it is recorded; afterwards it goes on."""
    jail = headers("agency-reporter", sub="county-jail", sources=["jms-county-a"])
    for left in (2, 1, 0):
        answer = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        assert answer.status_code == 202
        assert answer.headers["RateLimit-Limit"] == str(LIMIT)
        assert answer.headers["RateLimit-Remaining"] == str(left)
    refused = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"].endswith("too-many-requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]
    await stage.pass_time(timedelta(seconds=int(refused.headers["Retry-After"])))
    answer = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
    assert answer.status_code == 202


async def test_others_do_not_wait(stage: Stage, headers: Headers) -> None:
    """Counted by whom the token names: not by address, and not by token."""
    for number in range(LIMIT + 1):
        jail = headers("agency-reporter", sub="county-jail", sources=["a"], jti=str(number))
        answer = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
    assert answer.status_code == 429
    police = headers("agency-reporter", sub="spd-records", sources=["jms-county-a"])
    answer = await stage.client.post("/v1/contacts", json=contact(), headers=police)
    assert answer.status_code == 202


async def test_who_is_nobody_is_not_counted(stage: Stage) -> None:
    """Without a valid token there is no client, and no header that names an allowance."""
    for _ in range(LIMIT + 1):
        answer = await stage.client.post("/v1/contacts", json=contact())
        assert answer.status_code == 401
        assert "RateLimit-Limit" not in answer.headers
    assert (await stage.client.get("/healthz")).status_code == 200


async def test_a_request_counts_once(stage: Stage, headers: Headers) -> None:
    """Also where both the gate and the transaction ask who calls, on pages too."""
    dana = headers("referral-desk", sub="dana")
    for left, path in enumerate(["/v1/referrals", "/v1/referrals", "/referrals"], 1):
        answer = await stage.client.get(path, headers=dana)
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Remaining"] == str(LIMIT - left)


async def test_refusals_leave_one_record_in_the_audit_trail(stage: Stage, headers: Headers) -> None:
    """A record for each would take the chain's lock for requests that cost nothing."""
    dana = headers("referral-desk", sub="dana")
    answers = [await stage.client.get("/v1/referrals", headers=dana) for _ in range(LIMIT + 8)]
    assert [a.status_code for a in answers] == [200] * LIMIT + [429] * 8
    query = "SELECT outcome FROM audit_record WHERE actor = 'dana' ORDER BY number"
    outcomes = [row["outcome"] for row in await stage.rows(query)]
    assert outcomes == [200] * LIMIT + [429]


async def test_bad_tokens_are_limited_by_address(open_stage: OpenStage, headers: Headers) -> None:
    """429 instead of 401 from then on; a good token from the same address is served."""
    async with open_stage("referral", bad_tokens_per_minute=LIMIT) as stage:
        await stage.pass_time(timedelta(seconds=61 - stage.clock.now().second))
        forged = [{"Authorization": f"Bearer forged.{n}"} for n in range(LIMIT + 2)]
        answers = [await stage.client.get("/v1/referrals", headers=each) for each in forged]
        assert [answer.status_code for answer in answers] == [401] * LIMIT + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) > 0
        dana = headers("referral-desk", sub="dana")
        assert (await stage.client.get("/v1/referrals", headers=dana)).status_code == 200
