"""Leaving the program on pages: asked once more before it is done, and undone within a day."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from casework.assignments.api import policy_of
from casework.edges import Key, edit_by
from casework.exits import handlers as exits
from casework.exits.commands import UndoExit
from casework.exits.domain import UndoReason
from casework.pages.board import PAGES, Staff
from casework.pages.file import opened
from casework.pages.forms import Version, back_to
from casework.participants import handlers
from casework.participants.commands import ChangeStatus
from casework.participants.domain import COMPLETIONS, ExitReason, State
from casework.work.repository import list_open
from shared.errors import FieldError, Invalid
from shared.idempotency import Tx
from shared.page_session import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)

# A transfer is done over the API, with the release to whoever takes over.
OFFERED = (*COMPLETIONS, ExitReason.BY_PARTICIPANT, ExitReason.DECEASED)
_CONFIRM = FieldError("/confirmed", "not_confirmed", "Tick this when you have read what ends.")


@router.get("/participants/{key}/exit")
async def show_exit(request: Request, key: Key, caller: Staff, tx: Tx) -> Response:
    """What ends by an exit, before it is done."""
    found = await opened(tx, key, caller)
    context: dict[str, Any] = {
        "items": await list_open(tx, caller.sites, limit=100, participant_key=key),
        "reasons": OFFERED,
    }
    return PAGES.render(request, "exit.html", caller=caller, **context, **found)


@router.post("/participants/{key}/exit")
async def leave(
    request: Request,
    key: Key,
    caller: Staff,
    tx: Tx,
    reason: Annotated[ExitReason, Form()],
    confirmed: Annotated[bool, Form()] = False,
    version: Version = None,
) -> Response:
    if not confirmed:
        raise Invalid(errors=(_CONFIRM,))
    edit = edit_by(caller, key, version)
    await handlers.change_status(ChangeStatus(edit, State.EXITED, reason), tx)
    return back_to(request, key)


@router.post("/participants/{key}/exit/undo")
async def undo_exit(
    request: Request,
    key: Key,
    caller: Staff,
    tx: Tx,
    reason: Annotated[UndoReason, Form()],
    version: Version = None,
) -> Response:
    command = UndoExit(edit_by(caller, key, version), reason)
    await exits.undo_exit(command, tx, policy_of(request))
    return back_to(request, key)
