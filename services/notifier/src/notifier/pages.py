"""The inbox and an alert's thread, for people. Plain forms first; live by the shared script."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from notifier import handlers, repository, views, words
from notifier.api import list_views
from notifier.commands import AcknowledgeAlert, HandOverAlert
from notifier.domain import ENDS, OPEN, Action, Alert, AlertEntry
from notifier.emergencies.repository import list_emergencies
from notifier.feeds.repository import list_silent
from notifier.policy import AlertClass
from notifier.routing import PROGRAM_LINE
from notifier.staff.repository import list_colleagues, list_staff
from notifier.withdrawals import in_words
from shared.callers import Caller
from shared.database import Transaction
from shared.idempotency import Tx
from shared.page_session import PageRoute, is_live, require_page, root_of
from shared.pages import templates
from shared.sites import zone_of
from shared.text import PROSE

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGES = templates("notifier")

Person = Annotated[Caller, Depends(require_page("case-manager", "supervisor"))]
Reader = Annotated[Caller, Depends(require_page("case-manager", "supervisor", "privacy-officer"))]
Pair = tuple[Alert, AlertEntry]
SHOWN = 100
RECENT = 20


class Show(StrEnum):
    """How far an item is, for who looks at the inbox."""

    NOT_STARTED = "not_started"  # not opened yet
    IN_PROGRESS = "in_progress"  # opened, not answered
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items a page of the inbox shows; all of them without any."""

    kind: AlertClass | None = None
    show: Show | None = None

    def link(self, **changes: str | None) -> str:
        """The query that changes these and keeps the others."""
        chosen = {"kind": self.kind, "show": self.show} | changes
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{query}" if query else ""

    def pick(self, found: Sequence[Pair], unread: Collection[UUID], *, ended: bool) -> list[Pair]:
        return [
            pair
            for pair in found
            if self.kind in (None, pair[0].alert_class)
            and self.show in (None, _progress(pair[0], unread, ended=ended))
        ]


def _progress(alert: Alert, unread: Collection[UUID], *, ended: bool) -> Show:
    if ended:
        return Show.DONE
    return Show.NOT_STARTED if alert.id in unread else Show.IN_PROGRESS


@router.get("/inbox")
async def show_inbox(
    request: Request,
    caller: Reader,
    tx: Tx,
    kind: AlertClass | None = None,
    show: Show | None = None,
) -> Response:
    """What waits, most urgent first; below it what ended. A part of it, if asked.

    A privacy officer's inbox has emergency accesses, and no alert: those name participants.
    """
    officer = caller.has("privacy-officer")
    emergencies = await list_emergencies(tx, caller.sites) if officer else []
    if not caller.has("case-manager", "supervisor"):
        return PAGES.render(request, "notices.html", caller=caller, emergencies=emergencies)
    filters = Filters(kind, show)
    open_now = await repository.list_alerts(tx, caller, states=OPEN, limit=SHOWN)
    many = SHOWN if kind else RECENT
    ends = await repository.list_alerts(tx, caller, states=ENDS, limit=many)
    unread = await repository.list_unread(tx, [alert.id for alert, _ in open_now], caller.sub)
    waiting = filters.pick(open_now, unread, ended=False)
    ended = filters.pick(ends, unread, ended=True)
    midnight = _midnight(caller, tx)
    return PAGES.render(
        request,
        "inbox.html",
        caller=caller,
        waiting=await list_views(tx, sorted(waiting, key=_by_due)),
        total=len(open_now),
        unread=unread,
        filters=filters,
        progress=words.PROGRESS,
        ended=[views.alert_of(*pair, tx.ring) for pair in ended],
        silent=await list_silent(tx, caller.sites),
        emergencies=emergencies,
        done_today=await repository.count_answered(tx, caller, midnight),
        **await _words(tx, sorted(caller.sites)),
    )


def _by_due(pair: tuple[Alert, AlertEntry]) -> tuple[bool, Any, int]:
    alert, _ = pair
    return alert.due_at is None, alert.due_at or 0, -alert.number


def _midnight(caller: Caller, tx: Transaction) -> Any:
    zone = zone_of(min(caller.sites, default=""))
    return tx.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


@router.get("/alerts/{alert_id}")
async def show_thread(request: Request, alert_id: UUID, caller: Person, tx: Tx) -> Response:
    """One incident: what is known, what is next, everything that came in and who was told."""
    # A page that refreshes itself is not somebody looking.
    look = repository.get_visible_alert if is_live(request) else handlers.view_alert
    alert = await look(tx, alert_id, caller)
    entries = await repository.list_entries(tx, alert.thread_id)
    notes = await repository.list_notes(tx, alert.id)
    given = await _words(tx, [alert.site])
    steps = [
        words.step_view(step, given["person"]) for step in await repository.list_steps(tx, alert_id)
    ]
    return PAGES.render(
        request,
        "thread.html",
        caller=caller,
        alert=views.thread_of(alert, entries, notes, tx.ring),
        steps=steps,
        colleagues=[s for s in await list_colleagues(tx, [alert.site]) if s.sub != alert.recipient],
        actions=words.ACTIONS,
        **given,
    )


def _title(contact: views.Contact) -> str:
    return words.title(contact.cause, contact.contact_type, contact.outcome)


async def _words(tx: Transaction, sites: list[str]) -> dict[str, Any]:
    names = {staff.sub: staff.name for staff in await list_staff(tx, sites)}
    names[PROGRAM_LINE] = "the program line"
    return {
        "title": _title,
        "classes": words.CLASSES,
        "news": words.NEWS,
        "short_name": words.short_name,
        "why_withdrawn": in_words,
        "person": lambda sub: names.get(sub, sub),
    }


@router.post("/alerts/{alert_id}/acknowledgement")
async def acknowledge_alert(
    request: Request,
    alert_id: UUID,
    caller: Person,
    tx: Tx,
    action: Annotated[Action | None, Form()] = None,
    note: Annotated[str | None, Form(max_length=2_000), PROSE] = None,
) -> Response:
    await handlers.acknowledge_alert(AcknowledgeAlert(alert_id, caller, action, note), tx)
    return RedirectResponse(f"{root_of(request)}/inbox", 303)


@router.post("/alerts/{alert_id}/handover")
async def hand_over_alert(
    request: Request,
    alert_id: UUID,
    caller: Person,
    tx: Tx,
    to: Annotated[str, Form()],
    note: Annotated[str | None, Form(max_length=2_000), PROSE] = None,
) -> Response:
    await handlers.hand_over_alert(HandOverAlert(alert_id, caller, to, note), tx)
    return RedirectResponse(f"{root_of(request)}/inbox", 303)
