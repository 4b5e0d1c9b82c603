"""The dead letters of a service as pages for ops; they do what `operations.py` offers as JSON."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared import dead_letters, operations
from shared.callers import Caller
from shared.dead_letters import DeadLetter, DeadLetterNotOpen
from shared.idempotency import Tx
from shared.navigation import siblings
from shared.operations import Resolution, StillFailing, runtime_of
from shared.page_session import PageRoute, require_page, root_of
from shared.pages import SHELL
from shared.paging import page_of
from shared.text import ONE_LINE

PATH = "/operations/dead-letters"
LETTERS_PER_PAGE = 25
# A payload may have 256 KB; a page that size is of no use on a phone. The API has all of it.
PAYLOAD_SHOWN = 4_000
SHORTEST_REASON, LONGEST_REASON = 3, 500

Ops = Annotated[Caller, Depends(require_page("ops"))]
State = Literal["open", "redriven", "discarded"]
Reason = Annotated[str, Form(), ONE_LINE]
router = APIRouter(tags=["operations"], include_in_schema=False, route_class=PageRoute)


@router.get(PATH)
async def show_dead_letters(
    request: Request, caller: Ops, tx: Tx, state: State = "open", after: UUID | None = None
) -> Response:
    """One state's letters, newest first."""
    found = await dead_letters.list_letters(
        tx, state=state, limit=LETTERS_PER_PAGE + 1, after=after
    )
    context: dict[str, Any] = {
        "letters": page_of(found, LETTERS_PER_PAGE, lambda letter: str(letter.id)),
        "state": state,
        "open_count": await dead_letters.count_open(tx),
        "services": siblings(runtime_of(request).service.name, root_of(request), PATH),
    }
    return SHELL.render(request, "dead_letters.html", caller=caller, **context)


@router.get(f"{PATH}/{{letter_id}}")
async def show_dead_letter(request: Request, letter_id: UUID, caller: Ops, tx: Tx) -> Response:
    """One letter with its payload as it is stored: what is sealed stays sealed."""
    return _letter_page(request, caller, await dead_letters.get_letter(tx, letter_id))


@router.post(f"{PATH}/{{letter_id}}/discard")
async def discard_dead_letter(
    request: Request, letter_id: UUID, caller: Ops, tx: Tx, reason: Reason = ""
) -> Response:
    """Close the letter without its effect."""
    if fault := _fault(reason):
        letter = await dead_letters.get_letter(tx, letter_id)
        return _letter_page(request, caller, letter, fault=fault, reason=reason, status=422)
    body = Resolution(reason=reason.strip())
    await operations.discard_dead_letter(letter_id, body, caller, tx)
    return _back_to(request, letter_id)


@router.post(f"{PATH}/{{letter_id}}/redrive")
async def redrive_dead_letter(
    request: Request, letter_id: UUID, caller: Ops, reason: Reason = ""
) -> Response:
    """Try the message again; if it fails again, the page says why."""
    fault, status = _fault(reason), 422
    if not fault:
        try:
            body = Resolution(reason=reason.strip())
            await operations.redrive_dead_letter(request, letter_id, body, caller)
            return _back_to(request, letter_id)
        except DeadLetterNotOpen:
            if not await _was_redriven(request, letter_id, caller.sub, reason.strip()):
                raise
            return _back_to(request, letter_id)
        except StillFailing as error:
            fault, status = f"It failed again: {error.detail}", error.status
    async with runtime_of(request).database.transaction() as tx:
        letter = await dead_letters.get_letter(tx, letter_id)
    return _letter_page(request, caller, letter, fault=fault, reason=reason, status=status)


async def _was_redriven(request: Request, letter_id: UUID, by: str, reason: str) -> bool:
    """Whether this very form was carried out before: handling it has its own transactions."""
    async with runtime_of(request).database.transaction() as tx:
        letter = await dead_letters.get_letter(tx, letter_id)
    return (letter.state, letter.resolved_by, letter.resolution) == ("redriven", by, reason)


def _fault(reason: str) -> str:
    if SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        return ""
    return f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters."


def _back_to(request: Request, letter_id: UUID) -> Response:
    # Seen after a redirect, so that loading the page again decides nothing twice.
    return RedirectResponse(f"{root_of(request)}{PATH}/{letter_id}", 303)


def _letter_page(
    request: Request, caller: Caller, letter: DeadLetter, *, status: int = 200, **form: Any
) -> Response:
    payload = letter.payload or ""
    context: dict[str, Any] = {
        "letter": letter,
        "payload": payload[:PAYLOAD_SHOWN],
        "payload_size": len(payload),
        "fault": "",
        "reason": "",
    }
    return SHELL.render(
        request, "dead_letter.html", caller=caller, status=status, **(context | form)
    )
