"""Requests that use up their connections stop neither consumer nor timers, and are told to wait."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from tests.integration.spine import toy
from tests.integration.spine.conftest import OpenToy

from shared.testing import eventually
from shared.timers import set_timer

POOL = 2


async def test_work_goes_on_while_requests_have_used_up_their_pool(
    open_toy: OpenToy, writer: dict[str, str]
) -> None:
    """A message is handled, a timer fires; a request gets 503 with Retry-After, never 500."""
    async with open_toy(database_pool_size=POOL) as stage, AsyncExitStack() as stack:
        for _ in range(POOL):
            await stack.enter_async_context(stage.database.transaction())
        event = toy.noted("a", 1)
        await stage.deliver(event)

        async def is_handled() -> bool:
            async with stage.runtime.work_database.transaction() as tx:
                count = "SELECT count(*) FROM effect WHERE event_id = $1"
                return bool(await tx.raw.fetchval(count, event.id))

        waiting = [
            asyncio.create_task(stage.client.post("/v1/notes", json=body, headers=writer))
            for body in ({"subject": "a", "number": 1}, {"subject": "NOT LIKE THIS"})
        ]
        await eventually(is_handled)
        async with stage.runtime.work_database.transaction() as tx:
            await set_timer(tx, "ring", "a", tx.now)
        await stage.pass_time(timedelta(seconds=1))
        for answer in await asyncio.gather(*waiting):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["content-type"] == "application/problem+json"
