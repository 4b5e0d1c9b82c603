"""No route is forgotten by the audit trail (R-20, R-29)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from tests.apps import api_routes, routes

from notifier.answering.pages import link_holder
from shared.audit import AuditedRoute, reason_not_audited
from shared.callers import is_gate

# The routes without a record. Each says why where it stands; here they are seen together.
UNAUDITED = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /signin",
    "GET /signin/callback",
    "POST /signout",
    "GET /signed-out",
    "GET /static/{name}",
    "GET /problems/{code}",
    "POST /v1/contacts",
    "POST /v1/contacts:batch",
    "POST /v1/charges",
    "POST /v1/charges:batch",
    "POST /v1/decisions",
    "POST /v1/decisions:batch",
    "POST /v1/warrants",
    "POST /v1/warrants:batch",
    "POST /v1/court-dates",
    "POST /v1/court-dates:batch",
    "POST /v1/dispositions",
    "POST /v1/dispositions:batch",
    "POST /v1/inbound/{source}",
    "POST /v1/feeds/{source}/heartbeat",
    "GET /v1/me/duty.ics",
    "POST /v1/sms/status",
    "POST /v1/sms/replies",
}
# The reference of the API is the same for everybody and says nothing of anybody.
REFERENCE = {"GET /docs", "GET /openapi.json", "* /docs-assets"}


def calls_of(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for inner in dependant.dependencies:
        if inner.call is not None:
            yield inner.call
        yield from calls_of(inner)


def knows_its_caller(route: APIRoute) -> bool:
    """Whether somebody is identified before the endpoint runs."""
    return any(is_gate(call) or call is link_holder for call in calls_of(route.dependant))


def test_every_route_is_audited_or_says_why_not() -> None:
    """A new route is on record by its router; one that opts out must be added here too."""
    found = {name.split(" ", 1)[1]: route for name, route in routes().items()}
    assert len(found) > 70
    without = {
        name
        for name, route in found.items()
        if not isinstance(route, AuditedRoute) or reason_not_audited(route.endpoint)
    }
    assert without - REFERENCE - UNAUDITED == set()
    assert UNAUDITED - without == set(), "an exception that is not needed any more"


@pytest.mark.parametrize("name", sorted(api_routes()))
def test_an_audited_route_knows_who_calls(name: str) -> None:
    """A record without an actor would be none."""
    route = api_routes()[name]
    own = name.split(" ", 1)[1]
    if own not in UNAUDITED | REFERENCE:
        assert knows_its_caller(route)
