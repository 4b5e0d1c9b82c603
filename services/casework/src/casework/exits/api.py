"""Undoing an exit over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from casework.assignments.api import policy_of
from casework.edges import Key, edit_by
from casework.exits import handlers
from casework.exits.commands import UndoExit
from casework.exits.domain import UndoReason
from casework.participants.api import FileAnswer
from casework.settings import Policy
from shared.callers import Caller, require
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
InForce = Annotated[Policy, Depends(policy_of)]


class UndoBody(Body):
    """Why the exit was not right."""

    reason: UndoReason


@router.post("/{key}/exit/undo", summary="Undo an exit, within a day")
async def undo_exit(
    key: Key,
    body: UndoBody,
    caller: Staff,
    expected: Expected,
    policy: InForce,
    tx: Tx,
    response: Response,
) -> FileAnswer:
    """Status, assignment, appointment, open items and releases go on as they were.

    What was reported meanwhile is matched. 409 `exit-stands` after 24 hours, or without an exit.
    """
    command = UndoExit(edit_by(caller, key, expected), body.reason)
    file = await handlers.undo_exit(command, tx, policy)
    response.headers.update(etag(file.version))
    return FileAnswer.model_validate(file)
