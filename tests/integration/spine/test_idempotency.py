"""`Idempotency-Key`: a repeated request is answered, not carried out, for its own caller only."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from tests.integration.spine.test_outbox import count

from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]
KEY = {"Idempotency-Key": "k-1"}
BODY = {"subject": "a", "number": 1}


async def post(
    stage: Stage, headers: dict[str, str], body: object = BODY, path: str = "notes"
) -> httpx.Response:
    return await stage.client.post(f"/v1/{path}", json=body, headers=headers)


async def test_the_same_request_gets_the_stored_answer(
    stage: Stage, writer: dict[str, str]
) -> None:
    """Status and body are the first one's; nothing happens twice."""
    first = await post(stage, writer | KEY)
    again = await post(stage, writer | KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await count(stage, "note") == await count(stage, "outbox") == 1


async def test_another_body_with_the_same_key_is_refused(
    stage: Stage, writer: dict[str, str]
) -> None:
    await post(stage, writer | KEY)
    other = await post(stage, writer | KEY, {"subject": "a", "number": 2})
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/key-reused"
    assert await count(stage, "note") == 1


async def test_the_same_key_on_another_path_is_another_request(
    stage: Stage, writer: dict[str, str]
) -> None:
    await post(stage, writer | KEY)
    stage.app.state.may_finish.set()
    assert (await post(stage, writer | KEY, path="slow-notes")).status_code == 201
    assert await count(stage, "note") == 2


async def test_while_the_first_is_in_flight_the_second_is_told_to_wait(
    stage: Stage, writer: dict[str, str]
) -> None:
    first = asyncio.create_task(post(stage, writer | KEY, path="slow-notes"))

    async def claimed() -> bool:
        locks = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid <> 0"
        return bool(await stage.rows(locks))

    await eventually(claimed)
    second = await post(stage, writer | KEY, path="slow-notes")
    assert second.status_code == 409
    assert second.headers["retry-after"] == "1"
    stage.app.state.may_finish.set()
    assert (await first).status_code == 201
    assert (await post(stage, writer | KEY, path="slow-notes")).content == (await first).content
    assert await count(stage, "note") == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("broken-notes", BODY), ("doomed-notes", BODY), ("notes", {"subject": "NOT LIKE THIS"}),
     ("notes/0198c0c0-0000-7000-8000-000000000000/shred", BODY)],
)  # fmt: skip
async def test_a_request_that_failed_is_not_remembered(
    stage: Stage, writer: dict[str, str], path: str, body: object
) -> None:
    """Bug, failing commit, invalid body, broken rule: the key stays free for a better request."""
    assert (await post(stage, writer | KEY, body, path)).status_code >= 400
    assert await count(stage, "idempotency_key") == 0
    assert (await post(stage, writer | KEY)).status_code == 201


async def test_the_keys_of_two_callers_do_not_meet(stage: Stage, headers: Headers) -> None:
    """One client can neither see nor block what another one did with the same key."""
    alice, bob = (headers("case-manager", sub=name) for name in ("alice", "bob"))
    first, second = await post(stage, alice | KEY), await post(stage, bob | KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() != second.json()


async def test_a_stored_answer_needs_a_valid_token(
    stage: Stage, writer: dict[str, str], headers: Headers
) -> None:
    """Knowing a key is not a right to the answer."""
    await post(stage, writer | KEY)
    expired = headers("case-manager", sub="alice", seconds=-3600)
    other_role = headers("agency-reporter", sub="alice")
    for authorization, status in (({}, 401), (expired, 401), (other_role, 403)):
        assert (await post(stage, authorization | KEY)).status_code == status


async def test_many_identical_requests_at_once_have_one_effect(
    stage: Stage, writer: dict[str, str]
) -> None:
    """Each is carried out, answered from storage, or told to come back."""
    answers = await asyncio.gather(*(post(stage, writer | KEY) for _ in range(30)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({a.content for a in answers if a.status_code == 201}) == 1
    assert await count(stage, "note") == 1
