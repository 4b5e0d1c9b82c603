"""What happens to a request before its route runs, in this order and for every route (ADR 0053).

1. The caller is identified, counted against the rate limit, and let in by role.
2. The address is checked: no NUL character, no query parameter that the route does not have.
3. The body is read, within its limits (shared/bodies.py), and checked.
4. Only then FastAPI resolves the route's other dependencies; the transaction is one of them.

So without a token nothing is read, and a body that arrives slowly keeps no database connection.
"""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query

from shared import json_bodies, problems
from shared.audit import AuditedRoute
from shared.bodies import METHODS, UNKNOWN, Bodies, most_bytes
from shared.callers import caller_of, is_gate
from shared.errors import FieldError, Invalid
from shared.nul import refuse_in_address, refuse_in_form, refuse_in_value

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def any_query(reason: str) -> Callable[[Endpoint], Endpoint]:
    """Let unknown query parameters pass, under a route's decorator. A test lists these routes."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__any_query__ = reason  # type: ignore[attr-defined]
        return endpoint

    return mark


def takes_any_query(endpoint: Callable[..., Any]) -> bool:
    return hasattr(endpoint, "__any_query__")


class CheckedRoute(AuditedRoute):
    """A route whose requests are checked in that order. All routers of the services use it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        gates, known = tuple(_gates(self.dependant)), _query_names(self.dependant)
        most, is_json = most_bytes(self.endpoint), self.body_field is not None
        any_parameter = takes_any_query(self.endpoint)

        async def check_and_handle(request: Request) -> Response:
            for gate in gates:
                await gate(request)
            refuse_in_address(request)
            if not any_parameter:
                _refuse_unknown(request, known)
            if request.method not in METHODS:
                return await handle(request)
            problems.allow_body(request, most)
            caller = caller_of(request)
            bodies = bodies_of(request)
            async with bodies.read(request, caller.sub if caller else UNKNOWN, most) as body:
                if is_json:
                    _check(request, body)
                return await handle(request)

        return check_and_handle


def _gates(dependant: Dependant) -> Iterator[Callable[[Request], Coroutine[Any, Any, Any]]]:
    for inner in dependant.dependencies:
        if inner.call is not None and is_gate(inner.call):
            yield inner.call
        yield from _gates(inner)


def _query_names(dependant: Dependant) -> tuple[str, ...]:
    found = (p for p in get_flat_params(dependant) if isinstance(p.field_info, Query))
    return tuple(dict.fromkeys(parameter.alias for parameter in found))


def _refuse_unknown(request: Request, known: tuple[str, ...]) -> None:
    """Raises Invalid: a misspelled filter would otherwise give a list that looks filtered."""
    if not request.scope.get("query_string"):
        return
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        exist = f"Known here: {', '.join(known)}." if known else "This route has none."
        hint = f"There is no query parameter of this name. {exist}"
        pointers = (problems.pointer_to((name,)) for name in unknown)
        raise Invalid(
            "A query parameter is not known here.",
            errors=(FieldError(pointer, "unknown_parameter", hint) for pointer in pointers),
        )


def _check(request: Request, body: bytes) -> None:
    """Parse a JSON body once, for the checks and for FastAPI; a form has only its NULs checked."""
    if not body or not _is_json(request.headers.get("content-type", "")):
        refuse_in_form(request, body)
        return
    value = json_bodies.parse(body)
    refuse_in_value(body, value)
    # As Request.json() keeps it.
    request._json = value


def _is_json(media_type: str) -> bool:
    main = media_type.partition(";")[0].strip().lower()
    return main.startswith("application/") and (
        main.endswith("+json") or main == "application/json"
    )


def bodies_of(request: Request) -> Bodies:
    """The process's one account of bodies."""
    state = request.app.state
    if not hasattr(state, "bodies"):
        state.bodies = Bodies()
    bodies: Bodies = state.bodies
    return bodies
