"""Answers by forms: on an alert's page, and by the link in a message without signing in.

Looking at a link does nothing: mail scanners open every link. Its page says the item's number and
how it stands, never whom or what it is about (R-24).
"""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from notifier.answering import handlers, repository
from notifier.answering.commands import AskNext, DisownAlert
from notifier.answering.links import LINK_LIVES, delivery_of
from notifier.answering.repository import Linked
from notifier.commands import AcknowledgeAlert
from notifier.domain import OPEN
from notifier.errors import LinkOver
from notifier.handlers import acknowledge_alert
from notifier.pages import PAGES, Person
from shared.callers import Caller
from shared.database import Transaction
from shared.idempotency import Tx, claimed_transaction
from shared.operations import runtime_of
from shared.page_session import PageRoute, root_of
from shared.pipeline import any_query
from shared.text import PROSE

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Note = Annotated[str | None, Form(max_length=2_000), PROSE]


@router.post("/alerts/{alert_id}/escalation")
async def ask_next(
    request: Request, alert_id: UUID, caller: Person, tx: Tx, note: Note = None
) -> Response:
    await handlers.ask_next(AskNext(alert_id, caller, note), tx)
    return RedirectResponse(f"{root_of(request)}/inbox", 303)


@router.post("/alerts/{alert_id}/not-mine")
async def disown_alert(
    request: Request, alert_id: UUID, caller: Person, tx: Tx, note: Note = None
) -> Response:
    await handlers.disown_alert(DisownAlert(alert_id, caller, note), tx)
    return RedirectResponse(f"{root_of(request)}/alerts/{alert_id}", 303)


class LinkAction(StrEnum):
    """What can be done by a link."""

    ACKNOWLEDGE = "acknowledge"
    ASK_NEXT = "ask_next"


async def link_holder(request: Request, token: str) -> Linked:
    """Who acts by a link: the person to whom its message went.

    Raises LinkOver for a link that is not ours, is too old, or leads to nothing.
    """
    runtime = runtime_of(request)
    delivery_id = delivery_of(token, runtime.ring)
    async with runtime.database.transaction() as tx:
        linked = await repository.find_linked(tx, delivery_id) if delivery_id else None
        if linked is None or tx.now > linked.sent_at + LINK_LIVES:
            raise LinkOver
    # For the audit trail.
    request.state.actor = _holder(linked)
    return linked


def _holder(linked: Linked) -> Caller:
    return Caller(linked.recipient, frozenset({"case-manager"}), frozenset({linked.site}))


Held = Annotated[Linked, Depends(link_holder)]


async def link_transaction(request: Request, linked: Held) -> AsyncIterator[Transaction]:
    """`Tx` of a person who acts by a link: the form is carried out once."""
    async with claimed_transaction(request, _holder(linked)) as tx:
        yield tx


LinkTx = Annotated[Transaction, Depends(link_transaction, scope="function")]


@router.get("/a/{token}")
@any_query("mail and messaging programs add parameters to the links that they show")
async def show_link(request: Request, token: str, linked: Held) -> Response:
    """The item's number and two buttons."""
    open_for = linked.state in OPEN and not linked.answered
    return PAGES.render(
        request, "link.html", caller=None, token=token, linked=linked, open_for=open_for
    )


@router.post("/a/{token}")
@any_query("the form goes back to the address that the link had")
async def answer_by_link(
    request: Request,
    token: str,
    linked: Held,
    tx: LinkTx,
    action: Annotated[LinkAction, Form()],
) -> Response:
    """Does the one thing, for the person to whom the message went."""
    who = _holder(linked)
    if action is LinkAction.ACKNOWLEDGE:
        await acknowledge_alert(AcknowledgeAlert(linked.alert_id, who, by_link=True), tx)
    else:
        await handlers.ask_next(AskNext(linked.alert_id, who), tx)
    return RedirectResponse(f"{root_of(request)}/a/{token}", 303)
