"""No input gives a 5xx, and every refusal is a problem: cases made from each service's OpenAPI."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok
from tests.integration.conftest import PACKAGES, OpenStage

from shared.callers import ROLES

Case = schemathesis.Case[Any]
Headers = Callable[..., dict[str, str]]
# Probes; lines of JSON, which have tests of their own; and a stream, which has no end.
LEFT_OUT = ("/metrics", "/healthz", "/readyz", ":batch", "/v1/stream")
EXAMPLES = 2
MODES = tuple(schemathesis.GenerationMode)


def cases(document: dict[str, Any]) -> list[Case]:
    """A few valid and a few invalid requests for every operation; the same in every run."""
    found: list[Case] = []
    schema = schemathesis.openapi.from_dict(document)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), "an operation that cannot be read"
        operation = result.ok()
        if operation.path.endswith(LEFT_OUT):
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
        for case in made:
            sent = case.as_transport_kwargs(base_url="http://service.test")
            sent["headers"] = {**sent["headers"], **everybody}
            sent.pop("cookies", None)
            answer = await stage.client.request(**sent)
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            assert answer.status_code < 500, (case.operation.label, sent, answer.text)
            if answer.status_code >= 400:
                kind = answer.headers["content-type"]
                assert kind == "application/problem+json", (case.operation.label, kind, answer.text)
                assert answer.json()["status"] == answer.status_code
        assert {200, 422} <= seen.keys(), seen
