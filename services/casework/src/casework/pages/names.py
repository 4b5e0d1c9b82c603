"""The forms of a participant's names. Each ends at the file."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from casework.assignments.api import policy_of
from casework.edges import Key, edit_by
from casework.naming import handlers
from casework.naming.api import NameBody
from casework.naming.commands import WithdrawName
from casework.pages.board import Staff
from casework.pages.forms import Text, back_to, checked
from shared.idempotency import Tx
from shared.page_session import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.post("/participants/{key}/names")
async def record_name(
    request: Request, key: Key, caller: Staff, tx: Tx,
    kind: Text, given: Text = "", middle: Text = "", surname: Text = "", suffix: Text = "",
) -> Response:  # fmt: skip
    body = checked(NameBody, kind=kind, given=given, middle=middle, surname=surname, suffix=suffix)
    await handlers.record_name(body.command(caller, key, None), tx, policy_of(request))
    return back_to(request, key)


@router.post("/participants/{key}/names/{name_id}/withdrawal")
async def withdraw_name(
    request: Request, key: Key, name_id: UUID, caller: Staff, tx: Tx
) -> Response:
    await handlers.withdraw_name(WithdrawName(edit_by(caller, key, None), name_id), tx)
    return back_to(request, key)
