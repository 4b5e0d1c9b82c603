"""Who saw and did what (R-20, R-29): one record per request, reads too, and nothing personal in it.

The record is written in the request's own transaction, so what was done and its record commit
together; a request without a transaction, or refused, gets one of its own before it is answered.
What cannot be put on record is not answered. Records are chained by keyed hashes: whoever changes
or removes one without the service's digest key is found out by `lead audit verify`.
"""

import json
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute
from opentelemetry import trace
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send

from shared.callers import Caller
from shared.config import ServiceSettings
from shared.database import Transaction
from shared.housekeeping import PAGE, rows_of
from shared.sealing import KeyRing

# Any fixed number: the chain has one end, and one writer at a time adds to it.
CHAIN_LOCK = 4_200_233
_PARTICIPANT = re.compile(r"p_[0-9a-f]{24}")
_NEWEST = "SELECT day, records, head FROM audit_day ORDER BY day DESC LIMIT 1"
_ADD = """
WITH record AS (
    INSERT INTO audit_record (day, number, at, actor, roles, sites, agency, via, action, about,
        outcome, trace, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
)
INSERT INTO audit_day (day, previous, records, head) VALUES ($1, $14, $2, $13)
ON CONFLICT (day) DO UPDATE SET records = $2, head = $13"""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
log = structlog.get_logger()


class AuditRecord(BaseModel):
    """One request: who, what, when, about which records, how it ended. `trace` finds the rest."""

    day: date
    number: int
    at: datetime
    actor: str
    roles: list[str]
    sites: list[str]
    agency: str | None
    via: str
    action: str
    about: list[str]
    outcome: int
    trace: str | None

    def hash_after(self, previous: bytes, ring: KeyRing) -> bytes:
        """The link of the chain: this record, and all before it."""
        values = self.model_dump(mode="python")
        values["day"], values["at"] = str(self.day), self.at.astimezone(UTC).isoformat()
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return ring.digest("audit", previous.hex(), text)


def unaudited(reason: str) -> Callable[[Endpoint], Endpoint]:
    """Leave a route out of the audit trail, under its route decorator. A test lists all of them."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__unaudited__ = reason  # type: ignore[attr-defined]
        return endpoint

    return mark


def reason_not_audited(endpoint: Callable[..., Any]) -> str | None:
    return getattr(endpoint, "__unaudited__", None)


class AuditedRoute(APIRoute):
    """Every request of a known caller leaves a record."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if reason_not_audited(self.endpoint):
            return handle

        async def handle_on_record(request: Request) -> Response:
            response = await handle(request)
            if (tx := getattr(request.state, "tx", None)) is not None:
                await _record(request, response.status_code, tx)
                request.state.on_record = True
            return response

        return handle_on_record

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if reason_not_audited(self.endpoint):
            return await super().handle(scope, receive, send)

        async def send_on_record(message: Message) -> None:
            if message["type"] == "http.response.start":
                await _record_alone(Request(scope), message["status"])
            await send(message)

        return await super().handle(scope, receive, send_on_record)


async def _record_alone(request: Request, status: int) -> None:
    """For what has no transaction or lost it. What broke (5xx) was not carried out: logs say so."""
    state = request.state
    if getattr(state, "on_record", False) or not hasattr(state, "actor") or status >= 500:
        return
    if getattr(state, "unrecorded", False):
        return
    async with request.app.state.runtime.database.transaction() as tx:
        await _record(request, status, tx)


async def _record(request: Request, status: int, tx: Transaction) -> None:
    if (actor := getattr(request.state, "actor", None)) is None:
        return
    via = "token" if "authorization" in request.headers else "page"
    action, about = f"{request.method} {_path(request)}", ids_in_path(request)
    await append(tx, actor, action, about=about, via=via, outcome=status)


def _path(request: Request) -> str:
    """The route's own path: its parameters' values may be names."""
    return str(getattr(request.scope.get("route"), "path", "?"))


def ids_in_path(request: Request) -> set[str]:
    """Of the path's parameters those that are keys or ids of ours; anything else stays unsaid."""
    values = (str(value) for value in request.path_params.values())
    return {value for value in values if _PARTICIPANT.fullmatch(value) or _is_uuid(value)}


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


async def append(
    tx: Transaction,
    actor: Caller,
    action: str,
    *,
    about: set[str],
    via: str,
    outcome: int = 200,
) -> None:
    """Add a record at the end of the chain; `tx.concerns` is added to what it is about."""
    # Row locks first, the chain's last: two requests must not wait for each other.
    await tx.flush()
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", CHAIN_LOCK)
    newest = await tx.raw.fetchrow(_NEWEST)
    today = tx.now.astimezone(UTC).date()
    # Another process's clock may be past midnight already: the chain only goes forward.
    day = max(today, newest["day"]) if newest else today
    opened = newest is None or newest["day"] < day
    previous = bytes(newest["head"]) if newest else b""
    if newest and opened:
        # The one trace outside the database: who removes the newest records cannot unsay it.
        log.info("audit.day_closed", day=str(newest["day"]), records=newest["records"],
                 head=previous.hex())  # fmt: skip
    span = trace.get_current_span().get_span_context()
    record = AuditRecord(
        day=day,
        number=1 if opened else newest["records"] + 1,
        at=tx.now,
        actor=actor.sub,
        roles=sorted(actor.roles),
        sites=sorted(actor.sites),
        agency=actor.agency,
        via=via,
        action=action,
        about=sorted(about | tx.concerns),
        outcome=outcome,
        trace=f"{span.trace_id:032x}" if span.is_valid else None,
    )
    link = record.hash_after(previous, tx.ring)
    await tx.raw.execute(_ADD, *record.model_dump().values(), link, previous)


async def sweep_audit(tx: Transaction, settings: ServiceSettings) -> int:
    """Forget records past their retention; the days' links stay."""
    before = tx.now.astimezone(UTC).date() - timedelta(days=settings.audit_retention_days)
    await tx.raw.execute("SET LOCAL lead.audit_sweep = 'on'")
    tag = await tx.raw.execute(
        "DELETE FROM audit_record WHERE (day, number) IN"
        " (SELECT day, number FROM audit_record WHERE day < $1 LIMIT $2)",
        before,
        PAGE,
    )
    await tx.raw.execute("SET LOCAL lead.audit_sweep = 'off'")
    return rows_of(tag)
