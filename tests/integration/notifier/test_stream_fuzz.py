"""The stream under requests made from its own description: it begins, or says why not."""

import httpx
import pytest
from tests.integration.notifier.test_api import served
from tests.integration.notifier.town import Town
from tests.integration.system.test_fuzz import cases, check_problem, request_of

STREAM = "/v1/stream"


@pytest.mark.filterwarnings("ignore::Warning")
async def test_the_stream_begins_or_says_why_not(town: Town) -> None:
    """No 5xx, and every refusal is a problem. What has begun is let go of after its first line."""
    statuses = set()
    async with served(town) as url, httpx.AsyncClient(timeout=60) as client:
        for case in cases(town.stage.app.openapi(), only=STREAM):
            sent = request_of(case, town.alice) | {"url": f"{url}{STREAM}"}
            async with client.stream(**sent) as answer:
                statuses.add(answer.status_code)
                assert answer.status_code < 500
                if answer.status_code == 200:
                    assert answer.headers["content-type"].startswith("text/event-stream")
                    assert await anext(answer.aiter_lines()) == ": connected"
                else:
                    await answer.aread()
                    check_problem(answer, case)
    assert 200 in statuses
