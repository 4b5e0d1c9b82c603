"""Errors as RFC 9457 problem documents: what was wrong, where, and what to do; no value echoed."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any, cast, get_args

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from opentelemetry import trace
from pydantic_core.core_schema import ErrorType
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.bodies import MAX_BODY_BYTES
from shared.errors import (
    MAX_ERRORS,
    DomainError,
    FieldError,
    Invalid,
    Malformed,
    Overloaded,
    is_transient,
    kind_of,
)
from shared.hints import hint_for

MEDIA_TYPE = "application/problem+json"
_ALLOWED = "max_body_bytes"
# A member's name is input too, and may be a person's: only one that is written as fields are, with
# a small letter first or as an abbreviation, is repeated in a pointer.
_NAME = re.compile(r"[a-z][A-Za-z0-9_]{0,39}|[A-Z]{2,3}")
_BUILT_IN = frozenset(get_args(ErrorType))

log = structlog.get_logger()


def field_errors(errors: Iterable[Mapping[str, Any]], prefix: int = 0) -> tuple[FieldError, ...]:
    """Pydantic's errors as pointers, codes, hints; `prefix` leading parts of `loc` are dropped."""
    return tuple(_field_error(error, prefix) for error in islice(errors, MAX_ERRORS))


def _field_error(error: Mapping[str, Any], prefix: int) -> FieldError:
    kind = str(error["type"])
    # Rules of our own raise PydanticCustomError with a fixed text; that text is the hint.
    own = kind not in _BUILT_IN and "ctx" not in error
    hint = str(error["msg"]) if own else hint_for(kind, error.get("ctx", {}))
    return FieldError(pointer=pointer_to(error["loc"][prefix:]), code=kind, hint=hint)


def pointer_to(path: Iterable[int | str]) -> str:
    """An RFC 6901 pointer; a part that could not be a field's name is not repeated."""
    parts = (str(part) if isinstance(part, int) or _NAME.fullmatch(part) else "?" for part in path)
    return "".join(f"/{part}" for part in parts)


def document(error: DomainError, instance: str, root: str = "") -> dict[str, Any]:
    """The problem document of an error; `root` is this service's prefix behind a gateway, under
    which the documentation that `type` names is found."""
    span = trace.get_current_span().get_span_context()
    return {
        "type": f"{root}/problems/{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        "instance": instance,
        "errors": [{"pointer": e.pointer, "code": e.code, "hint": e.hint} for e in error.errors],
        "trace_id": f"{span.trace_id:032x}" if span.is_valid else None,
    }


def response(error: DomainError, instance: str, root: str = "") -> Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        document(error, instance, root), error.status, headers=headers, media_type=MEDIA_TYPE
    )


def root_of(scope: Scope) -> str:
    """The prefix under which a gateway serves this service, without a slash at its end."""
    return str(scope.get("root_path", "")).rstrip("/")


def instance_of(scope: Scope) -> str:
    """The route's path with its parameters' names: their values may be secrets, or names."""
    route = scope.get("route")
    # A mount around this service is no route of it.
    return "/" if isinstance(route, Mount) else getattr(route, "path", "/")


async def _on_domain_error(request: Request, error: Exception) -> Response:
    scope = request.scope
    return response(cast("DomainError", error), instance_of(scope), root_of(scope))


async def _on_invalid(request: Request, error: Exception) -> Response:
    instance, root = instance_of(request.scope), root_of(request.scope)
    errors = cast("RequestValidationError", error).errors()
    if any(e["type"] == "json_invalid" for e in errors):
        return response(Malformed("The body is not valid JSON."), instance, root)
    return response(Invalid(errors=field_errors(errors, prefix=1)), instance, root)


async def _on_http_error(request: Request, error: Exception) -> Response:
    error = cast("HTTPException", error)
    problem = DomainError(HTTPStatus(error.status_code).description or "")
    content = document(problem, instance_of(request.scope))
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    content |= {
        "type": f"{root_of(request.scope)}/problems/{code}",
        "status": error.status_code,
        "title": HTTPStatus(error.status_code).phrase,
    }
    return JSONResponse(content, error.status_code, headers=error.headers, media_type=MEDIA_TYPE)


def _unexpected(scope: Scope, error: Exception) -> Response:
    instance, root = instance_of(scope), root_of(scope)
    if is_transient(error):
        log.warning("http.unavailable", path=instance, error=kind_of(error))
        unavailable = Overloaded("A part of the system is not reachable.", retry_after=5)
        return response(unavailable, instance, root)
    log.error("http.failed", path=instance, error=kind_of(error), exc_info=error)
    problem = DomainError("The request could not be completed; it was not carried out.")
    content = document(problem, instance)
    content |= {
        "type": f"{root}/problems/internal",
        "status": 500,
        "title": "Internal Server Error",
    }
    return JSONResponse(content, 500, media_type=MEDIA_TYPE)


class Edge:
    """The outermost layer: bodies have a limit, and what no handler knows is answered.

    Starlette's own last handler would raise it again, for the server to log it once more; its own
    limit answers without a problem document.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app, self._max_body_bytes = app, max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        size, started = 0, False

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > scope.get(_ALLOWED, self._max_body_bytes):
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, limited, watched)
        except Exception as error:
            if started:
                raise
            await _unexpected(scope, error)(scope, receive, send)


def allow_body(request: Request, most: int) -> None:
    """A larger body than others, from here on: for a route that has let its caller in already."""
    request.scope[_ALLOWED] = most


def install(app: FastAPI, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
    """Every error of the app leaves as a problem document."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_middleware(Edge, max_body_bytes=max_body_bytes)
