"""The forms for what is known of a participant: birth date, sex, numbers. Each ends at the file."""

from fastapi import APIRouter, Request, Response

from casework.assignments.api import policy_of
from casework.edges import Key, edit_by
from casework.facts import handlers
from casework.facts.api import CorrectionBody, NumberBody, NumberId, RemovalBody
from casework.facts.commands import RemoveNumber
from casework.pages.board import Staff
from casework.pages.forms import Text, back_to, checked
from shared.idempotency import Tx
from shared.page_session import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.post("/participants/{key}/corrections")
async def correct_person(
    request: Request, key: Key, caller: Staff, tx: Tx, reason: Text, dob: Text = "", sex: Text = ""
) -> Response:
    """An empty field stays as it is; `unknown` says that it is not known."""
    body = checked(CorrectionBody, dob=dob, sex=None if sex == "unknown" else sex, reason=reason)
    if sex == "unknown":
        body = body.model_copy(update={"sex": None})
        body.model_fields_set.add("sex")
    command = body.command(caller, key, None, tx.now.date())
    await handlers.correct_person(command, tx, policy_of(request))
    return back_to(request, key)


@router.post("/participants/{key}/numbers")
async def add_number(
    request: Request, key: Key, caller: Staff, tx: Tx, system: Text, value: Text, reason: Text
) -> Response:
    body = checked(NumberBody, system=system, value=value, reason=reason)
    await handlers.add_number(body.command(caller, key, None), tx, policy_of(request))
    return back_to(request, key)


@router.post("/participants/{key}/numbers/{number_id}/removal")
async def remove_number(
    request: Request, key: Key, number_id: NumberId, caller: Staff, tx: Tx, reason: Text
) -> Response:
    body = checked(RemovalBody, reason=reason)
    command = RemoveNumber(edit_by(caller, key, None), number_id, body.reason)
    await handlers.remove_number(command, tx, policy_of(request))
    return back_to(request, key)
