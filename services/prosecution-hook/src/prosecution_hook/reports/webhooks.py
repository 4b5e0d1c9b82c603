"""Reports from systems that send signed webhooks: another envelope, the same intake."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic_core import to_json
from standardwebhooks import Webhook, WebhookVerificationError

from prosecution_hook.reports.api import INLETS
from prosecution_hook.settings import Settings, WebhookSource
from shared import json_bodies
from shared.audit import unaudited
from shared.callers import Caller
from shared.errors import FieldError, Invalid, Unauthenticated
from shared.idempotency import IdempotentRoute
from shared.inbound import RECEIPTED, Inlet, Receipt
from shared.openapi import problems
from shared.operations import runtime_of

router = APIRouter(route_class=IdempotentRoute)

# The type of a message and the resource that its data would be posted to.
TYPES: dict[str, Inlet[Any]] = {
    "charge.reported": INLETS["charges"],
    "decision.reported": INLETS["decisions"],
    "warrant.reported": INLETS["warrants"],
    "court_date.reported": INLETS["court-dates"],
    "disposition.reported": INLETS["dispositions"],
}

_V1 = re.compile(r"v1,[A-Za-z0-9+/]{43}=")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "data"],
                    "properties": {
                        "type": {"enum": sorted(TYPES)},
                        "timestamp": {"type": "string", "format": "date-time"},
                        "data": {"type": "object"},
                    },
                }
            }
        },
    },
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ],
}


class BadSignature(Unauthenticated):
    """Sign the message as Standard Webhooks says, with this source's secret and the time now."""


@router.post(
    "/v1/inbound/{source}",
    status_code=202,
    tags=["webhooks"],
    summary="Take a report as a signed webhook (Standard Webhooks).",
    response_model=Receipt,
    openapi_extra=_BODY,
    responses=problems(400, 401, 403, 409, 413, 422, 503),
)
@unaudited(RECEIPTED)
async def take_webhook(request: Request, source: Annotated[str, Path(max_length=64)]) -> Response:
    """A repeated delivery is the same report. No token: the signature says who sends."""
    runtime, body = runtime_of(request), await request.body()
    sender = _sender(runtime.settings, source, body, request.headers)
    inlet, report = _unpack(body)
    try:
        return await inlet.take_body(runtime, sender, report, request.headers["webhook-id"])
    except Invalid as error:
        # The fields stand inside the message's data.
        error.errors = tuple(replace(e, pointer=f"/data{e.pointer}") for e in error.errors)
        raise


def _sender(settings: Any, source: str, body: bytes, headers: Mapping[str, str]) -> Caller:
    """Raises BadSignature, for an unknown source as for a wrong signature."""
    known = cast("Settings", settings).webhook_sources.get(source)
    if known is None or not _is_signed(known, body, headers):
        raise BadSignature
    return Caller(
        sub=f"webhook:{source}",
        roles=frozenset(),
        sites=frozenset({known.site}),
        sources=frozenset({source}),
    )


def _is_signed(source: WebhookSource, body: bytes, headers: Mapping[str, str]) -> bool:
    """By any of the source's secrets and any of the message's signatures."""
    given = dict(headers) | {"webhook-signature": _readable(headers.get("webhook-signature", ""))}
    return any(_verifies(secret, body, given) for secret in source.secrets)


def _readable(signatures: str) -> str:
    """The signatures of the version known here; others are skipped, as the standard asks.

    The library stops at the first that it cannot read, although the next one may be good.
    """
    return " ".join(one for one in signatures.replace(", v", " v").split() if _V1.fullmatch(one))


def _verifies(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        # The library lets the errors of a misshapen header or body through as they are.
        return False
    return True


def _unpack(body: bytes) -> tuple[Inlet[Any], bytes]:
    """The inlet for the message's type, and its data as a body of its own."""
    message = json_bodies.parse(body)
    members = message if isinstance(message, dict) else {}
    kind, data = members.get("type"), members.get("data")
    inlet = TYPES.get(kind) if isinstance(kind, str) else None
    if inlet is None:
        hint = f"Use one of: {', '.join(TYPES)}."
        raise Invalid(errors=(FieldError("/type", "unknown_type", hint),))
    if not isinstance(data, dict):
        raise Invalid(errors=(FieldError("/data", "missing", "The report itself goes here."),))
    return inlet, to_json(data)
