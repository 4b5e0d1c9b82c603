"""Errors as RFC 9457 problem documents: what was wrong, where, and what to do; no value echoed."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from opentelemetry import trace
from starlette.exceptions import HTTPException

from shared.errors import DomainError, FieldError, Invalid, Malformed, Overloaded, is_transient

MEDIA_TYPE = "application/problem+json"
# A member's name is input too: only one that could be a field's name is repeated in a pointer.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}$")

_HINTS = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is not accepted; leave it out.",
    "timezone_aware": "Give the time with its offset, as in 2026-02-03T01:10:00-08:00.",
    "json_invalid": "The body is not valid JSON.",
    "string_too_long": "The text is too long.",
    "string_too_short": "The text is too short.",
    "string_pattern_mismatch": "The text does not have the expected form.",
    "enum": "Use one of the values listed in the API reference.",
    "literal_error": "Use one of the values listed in the API reference.",
}

log = structlog.get_logger()


def field_errors(errors: Iterable[Mapping[str, Any]], prefix: int = 0) -> tuple[FieldError, ...]:
    """Pydantic's errors as pointers, codes and hints; `prefix` leading parts of `loc` are dropped."""
    return tuple(_field_error(error, prefix) for error in errors)


def _field_error(error: Mapping[str, Any], prefix: int) -> FieldError:
    # Rules of our own raise PydanticCustomError with a fixed text; that text is the hint.
    kind = str(error["type"])
    parts = [
        str(part) if isinstance(part, int) or _NAME.match(str(part)) else "?"
        for part in error["loc"][prefix:]
    ]
    pointer = "".join(f"/{part}" for part in parts)
    own_rule = "_" in kind and "ctx" not in error and "url" not in error
    hint = _HINTS.get(kind) or (str(error["msg"]) if own_rule else _plain(kind))
    return FieldError(pointer=pointer, code=kind, hint=hint)


def _plain(kind: str) -> str:
    return f"The value is not acceptable here ({kind.replace('_', ' ')})."


def document(error: DomainError, instance: str) -> dict[str, Any]:
    """The problem document of an error."""
    span = trace.get_current_span().get_span_context()
    return {
        "type": f"/problems/{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        "instance": instance,
        "errors": [{"pointer": e.pointer, "code": e.code, "hint": e.hint} for e in error.errors],
        "trace_id": f"{span.trace_id:032x}" if span.is_valid else None,
    }


def response(error: DomainError, instance: str) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        document(error, instance), error.status, headers=headers, media_type=MEDIA_TYPE
    )


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return response(error, request.url.path)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(e["type"] == "json_invalid" for e in errors):
        return response(Malformed("The body is not valid JSON."), request.url.path)
    return response(Invalid(errors=field_errors(errors, prefix=1)), request.url.path)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = DomainError(HTTPStatus(error.status_code).description or "")
    content = document(problem, request.url.path)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    content |= {
        "type": f"/problems/{code}",
        "status": error.status_code,
        "title": HTTPStatus(error.status_code).phrase,
    }
    return JSONResponse(content, error.status_code, headers=error.headers, media_type=MEDIA_TYPE)


async def _on_unexpected(request: Request, error: Exception) -> Response:
    if is_transient(error):
        log.warning("http.unavailable", path=request.url.path, error=type(error).__name__)
        unavailable = Overloaded("A part of the system is not reachable.", retry_after=5)
        return response(unavailable, request.url.path)
    log.error("http.failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    problem = DomainError("The request could not be completed; it was not carried out.")
    content = document(problem, request.url.path)
    content |= {"type": "/problems/internal", "status": 500, "title": "Internal Server Error"}
    return JSONResponse(content, 500, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Every error of the app leaves as a problem document."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected)
