"""No input gives a 5xx, and every refusal is a problem: cases made from each service's OpenAPI."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok
from tests.integration.conftest import PACKAGES, OpenStage
from tests.integration.junk import JUNK, NDJSON

from shared.callers import ROLES

Case = schemathesis.Case[Any]
Headers = Callable[..., dict[str, str]]
# Probes; and a stream, which has no end and a test of its own beside the notifier's.
LEFT_OUT = ("/metrics", "/healthz", "/readyz", "/v1/stream")
EXAMPLES = 2
MODES = tuple(schemathesis.GenerationMode)


def cases(document: dict[str, Any], *, only: str | None = None) -> list[Case]:
    """A few valid and a few invalid requests for every operation; the same in every run."""
    found: list[Case] = []
    schema = schemathesis.openapi.from_dict(document)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), "an operation that cannot be read"
        operation = result.ok()
        wanted = operation.path == only if only else not operation.path.endswith(LEFT_OUT)
        if not wanted:
            continue
        for mode in MODES:
            collect(operation.as_strategy(generation_mode=mode), found)
    return found


def collect(strategy: Any, found: list[Case]) -> None:
    """Draw from a strategy without running anything."""

    @seed(20261123)
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def draw(case: Case) -> None:
        found.append(case)

    draw()


@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("service", PACKAGES)
async def test_no_request_is_answered_with_a_5xx(
    open_stage: OpenStage, headers: Headers, service: str
) -> None:
    """By somebody with every role, so that nothing is refused before it is read."""
    async with open_stage(service, log_level="CRITICAL") as stage:
        everybody = headers(list(ROLES), sub="fuzz", sources=["jms-county-a"])
        made = cases(stage.app.openapi())
        assert len(made) > 40
        seen: dict[int, int] = {}
        lines: list[int] = []
        for case in made:
            sent = request_of(case, everybody)
            answer = await stage.client.request(**sent)
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            assert answer.status_code < 500, (case.operation.label, sent, answer.text)
            if answer.status_code >= 400:
                check_problem(answer, case)
            elif case.operation.path.endswith(":batch"):
                lines.extend(check_lines(answer, sent))
        assert {200, 422} <= seen.keys(), seen
        takes = [path for path in stage.app.openapi()["paths"] if path.endswith(":batch")]
        assert len(lines) >= len(takes) * EXAMPLES * len(JUNK)
        assert {202, 400, 422} <= set(lines) or not takes


def request_of(case: Case, who: dict[str, str]) -> dict[str, Any]:
    sent = case.as_transport_kwargs(base_url="http://service.test")
    sent["headers"] = {**sent["headers"], **who}
    sent.pop("cookies", None)
    if isinstance(sent.get("data"), bytes):
        sent["content"] = sent.pop("data")
    return sent


def check_problem(answer: httpx.Response, case: Case) -> None:
    kind = answer.headers["content-type"]
    assert kind == "application/problem+json", (case.operation.label, kind, answer.text)
    assert answer.json()["status"] == answer.status_code


def check_lines(answer: httpx.Response, sent: dict[str, Any]) -> list[int]:
    """A line per line, in order: each a receipt, or a problem that is not ours. Their statuses."""
    assert answer.headers["content-type"] == NDJSON
    told = [json.loads(line) for line in answer.text.splitlines()]
    given = [n for n, line in enumerate(sent["content"].split(b"\n"), 1) if line.strip()]
    assert [line["line"] for line in told] == given
    for line in told:
        assert line["status"] == 202 or 400 <= line["status"] < 500, (sent, line)
        assert ("receipt" in line) is (line["status"] == 202)
        assert line["status"] == 202 or {"type", "title", "detail"} <= line.keys(), line
    return [line["status"] for line in told]
