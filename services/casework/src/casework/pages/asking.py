"""Forms that answer somebody: the prosecutor's question, an offered transfer, an assignment."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError

from casework.assignments import handlers as assignments
from casework.assignments.api import policy_of
from casework.assignments.commands import AssignCaseManager, DecideTransfer
from casework.assignments.domain import TransferState
from casework.coordination import handlers, repository
from casework.coordination.commands import AnswerItem
from casework.coordination.domain import Reply, TellableGoal
from casework.coordination.errors import NoSuchItem
from casework.edges import Key, edit_by
from casework.pages.board import PAGES, Staff
from casework.pages.file import opened
from casework.pages.forms import Text, Texts, back_to
from shared.errors import Forbidden, Invalid
from shared.idempotency import Tx
from shared.page_session import PageRoute
from shared.problems import field_errors

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/coordination/{item_id}")
async def show_question(request: Request, item_id: UUID, caller: Staff, tx: Tx) -> Response:
    item = await repository.find_item(tx, item_id)
    if item is None or item.site not in caller.sites:
        raise NoSuchItem
    found = await opened(tx, item.participant_key, caller)
    return PAGES.render(
        request, "reply.html", caller=caller, item=item, goals=list(TellableGoal), **found
    )


@router.post("/coordination/{item_id}/reply")
async def answer_question(
    request: Request,
    item_id: UUID,
    caller: Staff,
    tx: Tx,
    goals: Texts,
    barriers: Texts,
    would_help: Texts,
    engaged: Text = "",
    nothing: Annotated[bool, Form()] = False,
) -> Response:
    values = {
        "engaged": {"yes": True, "no": False}.get(engaged),
        "goals": goals,
        "barriers": barriers,
        "would_help": would_help,
    }
    try:
        reply = Reply.model_validate({"nothing_helpful_to_share": True} if nothing else values)
    except ValidationError as error:
        raise Invalid(errors=tuple(field_errors(error.errors(include_url=False)))) from None
    item = await handlers.answer_item(AnswerItem(item_id, reply, caller), tx)
    return back_to(request, item.participant_key)


@router.post("/transfers/{transfer_id}/answer")
async def answer_transfer(
    request: Request,
    transfer_id: UUID,
    caller: Staff,
    tx: Tx,
    answer: Annotated[TransferState, Form()],
) -> Response:
    supervises = caller.has("supervisor")
    command = DecideTransfer(transfer_id, answer, caller.sub, caller.sites, supervises)
    transfer = await assignments.decide_transfer(command, tx, policy_of(request))
    return back_to(request, transfer.participant_key)


@router.post("/participants/{key}/assignment")
async def assign(
    request: Request, key: Key, caller: Staff, tx: Tx, case_manager: Text, backup: Text = ""
) -> Response:
    if not caller.has("supervisor"):
        raise Forbidden("A supervisor or the referral desk assigns.")
    command = AssignCaseManager(
        edit=edit_by(caller, key, None),
        case_manager=case_manager.strip()[:100],
        backup=backup.strip()[:100] or None,
        supervisor=caller.sub,
        override_reason=None,
        by_supervisor=True,
    )
    await assignments.assign_case_manager(command, tx, policy_of(request))
    return back_to(request, key)
