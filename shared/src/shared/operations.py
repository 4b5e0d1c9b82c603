"""What ops need from every service: health, metrics, outbox, dead letters, replay."""

import asyncio
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field

from shared import dead_letters, outbox
from shared.audit import unaudited
from shared.callers import Caller, require
from shared.dates import Moment
from shared.dead_letters import DeadLetter
from shared.errors import Conflict, NotFound, is_transient, kind_of
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of
from shared.text import ONE_LINE

if TYPE_CHECKING:
    from shared.service import Runtime

PROBES = ("/healthz", "/readyz", "/metrics")
GAUGES_EVERY_SECONDS = 5
# What the gateways of deploy/ and other proxies add; a scrape reaches the process without them.
ADDED_BY_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

Ops = Annotated[Caller, Depends(require("ops"))]
router = APIRouter(tags=["operations"], route_class=IdempotentRoute)
log = structlog.get_logger()


def runtime_of(request: Request) -> "Runtime":
    runtime: Runtime = request.app.state.runtime
    return runtime


class NotHere(NotFound):
    """No such record in this service."""


class StillFailing(Conflict):
    """The message failed again and stays in the dead letters; `reason` was brought up to date."""


@router.get("/healthz", summary="Is the process alive, with all its tasks?")
@unaudited("a probe: no caller, and nothing but the process's own state")
async def healthz(request: Request, response: Response) -> dict[str, Any]:
    failed = runtime_of(request).supervisor.failed
    response.status_code = 503 if failed else 200
    return {"status": "failed" if failed else "ok", "task": failed}


@router.get("/readyz", summary="Should requests come here? What answers, and what does not?")
@unaudited("a probe: no caller, and nothing but the process's own state")
async def readyz(request: Request, response: Response) -> dict[str, Any]:
    runtime = runtime_of(request)
    requests = {
        "database": await _answers("database", runtime.database.ping()),
        "not_draining": not runtime.draining,
    }
    events = {
        "broker": await _answers("broker", runtime.relay.reachable()),
        "consumer": runtime.consumer is None or runtime.consumer.connected,
    }
    # Once: a process that cannot join the broker must not replace one that has. Later the outbox
    # takes what comes while the broker is away, which no refused report would bring back.
    joined = await runtime.joining.joined(connected=all(events.values()))
    ready = joined and all(requests.values())
    response.status_code = 200 if ready else 503
    whole = "ready" if all(events.values()) else "degraded"
    return {"status": whole if ready else "not ready", "checks": requests | events}


async def _answers(what: str, question: Awaitable[bool]) -> bool:
    try:
        async with asyncio.timeout(2):
            return await question
    except Exception as error:
        log.warning("ready.unreachable", what=what, error=kind_of(error))
        return False


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
@unaudited("a scrape: no caller, and numbers only")
async def metrics(request: Request) -> Response:
    """Refused to requests that came through a proxy: event counts reveal who is enrolled.

    Gateways hide the path too, but some compare it before they decode it.
    """
    if any(name in request.headers for name in ADDED_BY_PROXIES):
        raise NotHere("There is no such address.")
    registry = runtime_of(request).telemetry.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class OutboxStatus(BaseModel):
    """`oldest_seconds` above a few seconds means that events are not leaving."""

    pending: int
    oldest_seconds: float
    leading: bool
    connected: bool


@router.get("/v1/outbox")
async def show_outbox(request: Request, _: Ops, tx: Tx) -> OutboxStatus:
    relay = runtime_of(request).relay
    status = await outbox.status(tx.raw)
    return OutboxStatus(**status, leading=relay.leading, connected=relay.connected)


class ReplayBody(BaseModel):
    """Publish again what was published in [since, until)."""

    model_config = ConfigDict(extra="forbid")

    since: Moment
    until: Moment
    topic: str | None = None
    type: str | None = None


@router.post("/v1/outbox/replay", summary="Publish a span of the history again")
async def replay(body: ReplayBody, _: Ops, tx: Tx) -> dict[str, int]:
    queued = await outbox.replay(tx.raw, **body.model_dump())
    tx.signal("outbox")
    return {"queued": queued}


class RewindBody(BaseModel):
    """Read a topic again from a time; handled events are skipped by the inbox."""

    model_config = ConfigDict(extra="forbid")

    topic: str
    since: Moment


@router.post("/v1/consumer/rewind", summary="Read a topic again from a time")
async def rewind(request: Request, body: RewindBody, _: Ops) -> dict[str, int]:
    consumer = runtime_of(request).consumer
    if consumer is None:
        raise NotHere("This service listens to no topic.")
    since_ms = int(body.since.timestamp() * 1000)
    return {"partitions": await consumer.rewind(body.topic, since_ms)}


@router.get("/v1/dead-letters")
async def list_dead_letters(
    _: Ops,
    tx: Tx,
    state: Annotated[str | None, Query(pattern="^(open|redriven|discarded)$")] = None,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[DeadLetter]:
    letters = await dead_letters.list_letters(tx, state=state, limit=limit + 1, after=cursor)
    return page_of(letters, limit, lambda letter: str(letter.id))


@router.get("/v1/dead-letters/{letter_id}")
async def show_dead_letter(letter_id: UUID, _: Ops, tx: Tx) -> DeadLetter:
    return await dead_letters.get_letter(tx, letter_id)


class Resolution(BaseModel):
    """Why a human decided so."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=3, max_length=500), ONE_LINE]


@router.post("/v1/dead-letters/{letter_id}/discard")
async def discard_dead_letter(letter_id: UUID, body: Resolution, caller: Ops, tx: Tx) -> DeadLetter:
    letter = await dead_letters.get_letter(tx, letter_id)
    return await dead_letters.resolve(tx, letter, "discarded", by=caller.sub, reason=body.reason)


@router.post("/v1/dead-letters/{letter_id}/redrive")
async def redrive_dead_letter(
    request: Request, letter_id: UUID, body: Resolution, caller: Ops
) -> DeadLetter:
    consumer = runtime_of(request).consumer
    if consumer is None:
        raise NotHere
    try:
        return await consumer.redrive(letter_id, by=caller.sub, reason=body.reason)
    except (NotFound, dead_letters.DeadLetterNotOpen):
        raise
    except Exception as error:
        if is_transient(error):
            raise
        async with runtime_of(request).database.transaction() as tx:
            reason = await dead_letters.failed_again(tx, letter_id, error)
        raise StillFailing(reason) from None


async def refresh_gauges(runtime: "Runtime") -> None:
    """Keep the numbers that ops alarm on; a scrape must not query the database itself."""
    numbers = {"pending": 0.0, "oldest": 0.0, "letters": 0.0}
    gauge = runtime.metrics.gauge
    gauge("lead.outbox.pending", "{event}", lambda: numbers["pending"])
    gauge("lead.outbox.oldest_age", "s", lambda: numbers["oldest"])
    gauge("lead.dead_letters.open", "{event}", lambda: numbers["letters"])
    gauge("lead.relay.leading", "1", lambda: float(runtime.relay.leading))
    if runtime.consumer is not None:
        consumer = runtime.consumer
        gauge("lead.consumer.connected", "1", lambda: float(consumer.connected))
        # Absent where the broker does not answer: 0 would say that nothing waits.
        gauge("lead.consumer.lag", "{event}", lambda: consumer.lag)
    while True:
        started = time.monotonic()
        try:
            async with runtime.work_database.transaction() as tx:
                status = await outbox.status(tx.raw)
                numbers["letters"] = await dead_letters.count_open(tx)
            numbers["pending"], numbers["oldest"] = status["pending"], status["oldest_seconds"]
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("gauges.unavailable", error=kind_of(error))
        await asyncio.sleep(max(0.0, GAUGES_EVERY_SECONDS - (time.monotonic() - started)))


__all__ = ["PROBES", "refresh_gauges", "router", "runtime_of"]
