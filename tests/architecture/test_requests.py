"""Every route of every service goes through the one order of checks (shared/pipeline.py)."""

from tests.apps import api_routes, routes
from tests.architecture.test_audit import REFERENCE

from shared.pipeline import CheckedRoute, takes_any_query

# The routes that let unknown query parameters pass. Each says why where it stands.
ANY_QUERY = {
    "GET /static/{name}",
    "GET /signin",
    "GET /signin/callback",
    "GET /a/{token}",
    "POST /a/{token}",
    "POST /v1/sms/status",
    "POST /v1/sms/replies",
}


def test_every_route_is_checked_before_it_runs() -> None:
    """Token, address, body, transaction: a router of another class would have none of it."""
    without = {
        name.split(" ", 1)[1]
        for name, route in routes().items()
        if not isinstance(route, CheckedRoute)
    }
    assert without - REFERENCE == set()


def test_the_routes_that_take_any_query_are_these() -> None:
    """An unknown filter that passes in silence gives a list that looks filtered."""
    found = {
        name.split(" ", 1)[1]
        for name, route in api_routes().items()
        if takes_any_query(route.endpoint)
    }
    assert found == ANY_QUERY
