"""Alerts over HTTP."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from notifier import handlers, repository, stream, views, words
from notifier.auditing.repository import find_heartbeat
from notifier.commands import AcknowledgeAlert, HandOverAlert
from notifier.domain import Action, Alert, AlertEntry, AlertState
from notifier.staff.repository import list_staff
from shared.callers import Caller, require
from shared.database import Transaction
from shared.idempotency import IdempotentRoute, Tx
from shared.operations import runtime_of
from shared.paging import Limit, Page, page_of
from shared.text import PROSE

router = APIRouter(tags=["alerts"], route_class=IdempotentRoute)

Answering = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Auditor = Annotated[Caller, Depends(require("supervisor", "ops"))]


@router.get("/v1/alerts")
async def list_alerts(
    caller: Answering,
    tx: Tx,
    state: AlertState | None = None,
    limit: Limit = 50,
    cursor: Annotated[int | None, Query(ge=0)] = None,
) -> Page[views.AlertView]:
    """Newest first: one's own, those routed to one; for a supervisor all of the site."""
    states = [state] if state else list(AlertState)
    found = await repository.list_alerts(tx, caller, states=states, limit=limit + 1, before=cursor)
    page = page_of(found, limit, lambda pair: str(pair[0].number))
    return Page(items=await list_views(tx, page.items), next=page.next)


async def list_views(
    tx: Transaction, pairs: Sequence[tuple[Alert, AlertEntry]]
) -> list[views.AlertView]:
    """Alerts with their headlines, and what came in last of each."""
    newest = await repository.list_newest(tx, [alert.id for alert, _ in pairs])
    return [views.alert_of(*pair, tx.ring, newest.get(pair[0].id)) for pair in pairs]


@router.get("/v1/alerts/{alert_id}")
async def show_alert(alert_id: UUID, caller: Answering, tx: Tx) -> views.ThreadView:
    """The alert with its thread. That the caller looked is recorded."""
    return await thread_view(await handlers.view_alert(tx, alert_id, caller), tx)


@router.get("/v1/alerts/{alert_id}/why")
async def explain_alert(alert_id: UUID, caller: Answering, tx: Tx) -> views.WhyView:
    """Every step in plain words: who was asked, who was passed over and why, what was sent."""
    alert = await repository.get_visible_alert(tx, alert_id, caller)
    names = {s.sub: s.name for s in await list_staff(tx, [alert.site])}
    steps = [
        words.step_view(step, lambda sub: names.get(sub, sub))
        for step in await repository.list_steps(tx, alert_id)
    ]
    return views.WhyView(id=alert.id, number=alert.number, state=alert.state, steps=steps)


class AcknowledgementBody(BaseModel):
    """What the person will do; the note is sealed and shown in the thread only."""

    model_config = ConfigDict(extra="forbid")

    action: Action | None = None
    note: Annotated[str, Field(max_length=2_000), PROSE] | None = None


@router.post("/v1/alerts/{alert_id}/acknowledgement")
async def acknowledge_alert(
    alert_id: UUID, body: AcknowledgementBody, caller: Answering, tx: Tx
) -> views.ThreadView:
    """I have this: nobody else is asked. Again: the same answer, unchanged."""
    command = AcknowledgeAlert(alert_id, caller, body.action, body.note)
    return await thread_view(await handlers.acknowledge_alert(command, tx), tx)


class HandoverBody(BaseModel):
    """To whom, by `sub`; the note is sealed and shown in the thread only."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(min_length=1, max_length=100)]
    note: Annotated[str, Field(max_length=2_000), PROSE] | None = None


@router.post("/v1/alerts/{alert_id}/handover")
async def hand_over_alert(
    alert_id: UUID, body: HandoverBody, caller: Answering, tx: Tx
) -> views.ThreadView:
    """Ask somebody else at the site instead; they get a message and a clock of their own."""
    command = HandOverAlert(alert_id, caller, body.to, body.note)
    return await thread_view(await handlers.hand_over_alert(command, tx), tx)


async def thread_view(alert: Alert, tx: Transaction) -> views.ThreadView:
    await tx.flush()
    entries = await repository.list_entries(tx, alert.thread_id)
    return views.thread_of(alert, entries, await repository.list_notes(tx, alert.id), tx.ring)


async def open_stream(request: Request, caller: Answering) -> AsyncIterator[stream.Stream]:
    """Counted before the answer begins, and until it has ended."""
    hub: stream.Hub = request.app.state.hub
    with hub.open(caller) as opened:
        yield opened


@router.get("/v1/stream", response_class=EventSourceResponse)
async def follow_inbox(
    request: Request,
    opened: Annotated[stream.Stream, Depends(open_stream)],
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """An event for every change in the caller's inbox; read the list for what changed."""
    database, hub = runtime_of(request).database, request.app.state.hub
    async for event in stream.follow(database, hub, opened, last_event_id):
        yield event


@router.get("/v1/audit/open", tags=["audit"])
async def list_open_alerts(caller: Auditor, tx: Tx, limit: Limit = 200) -> views.AuditView:
    """Alerts that have no end yet, oldest first, and the auditor's heartbeat."""
    found = await repository.list_open(tx, sorted(caller.sites), limit)
    heartbeat = views.heartbeat_of(await find_heartbeat(tx), tx.now)
    items = [views.open_alert_of(alert, tx.now) for alert in found]
    return views.AuditView(items=items, auditor=heartbeat)
