"""No input gives a 5xx: requests made from the service's own OpenAPI document, by schemathesis."""

from collections.abc import Callable
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.integration.conftest import OpenStage
from tests.integration.junk import lines_of  # noqa: F401 - registers how a batch is written
from tests.integration.prosecution.consents import KEY, granted, recontacted
from tests.integration.prosecution.test_holds import referred

from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
PER_OPERATION = 6
ROLES = ("liaison-prosecutor", "prosecutor-system", "program-manager", "ops", "court-system")
# What a probe answers is about the machine.
SKIPPED = ("/metrics", "/healthz", "/readyz")


def cases_of(operation: Any) -> list[Any]:
    """Some requests for an operation, valid and not; the same ones in every run."""
    found: list[Any] = []
    strategy = st.one_of(
        *(operation.as_strategy(generation_mode=m) for m in schemathesis.GenerationMode)
    )

    @seed(7)
    @settings(
        max_examples=PER_OPERATION, database=None, deadline=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=strategy)
    def collect(case: Any) -> None:
        found.append(case)

    collect()
    return found


async def send(stage: Stage, case: Any, who: dict[str, str]) -> httpx.Response | None:
    """None for what no HTTP client can put on a wire."""
    try:
        made = case.as_transport_kwargs(base_url="http://service.test", headers=who)
        content = {name: made.get(name) for name in ("json", "params", "files")}
        data = made.get("data")
        content["content" if isinstance(data, str | bytes) else "data"] = data
        return await stage.client.request(
            made["method"], made["url"], headers=dict(made["headers"]), **content
        )
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        return None


async def test_no_input_breaks_the_service(open_stage: OpenStage, headers: Headers) -> None:
    """Generated requests by every role, and the same routes with what databases choke on."""
    async with open_stage("prosecution-hook") as stage:
        await stage.deliver_and_handle(granted(stage), recontacted(stage), referred(stage))
        schema = schemathesis.openapi.from_dict(stage.app.openapi())
        sent, broken = 0, set()
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]
            for case in cases_of(operation) if operation.path not in SKIPPED else ():
                role = ROLES[sent % len(ROLES)]
                who = headers(role, sources=["pcms-kcpao"], agency="kcpao")
                answer = await send(stage, case, who)
                sent += answer is not None
                if answer is not None and answer.status_code >= 500:
                    broken.add((operation.label, answer.status_code))
        assert sent > 100
        assert broken == set()
        liaison = headers("liaison-prosecutor", agency="kcpao")
        for path in (
            "/v1/ledger/%00", f"/v1/ledger/{KEY}%00", "/v1/holds?cursor=%00", "/v1/policy?site=%00",
            "/v1/coordination?state=%00", "/desk/items/%00", "/v1/holds?limit=99999999999999999999",
        ):  # fmt: skip
            assert (await stage.client.get(path, headers=liaison)).status_code < 500, path
