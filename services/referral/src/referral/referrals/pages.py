"""The referral desk's pages. Plain forms: they work without script, and by keyboard."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from referral.criteria.domain import Evidence, Finding, Outcome
from referral.handoffs import handlers as handoffs
from referral.handoffs.commands import TakeStep
from referral.handoffs.domain import Step
from referral.handoffs.repository import find_handoff, list_handoffs
from referral.referrals import handlers, records, repository, showing, words
from referral.referrals.commands import CloseReferral, DeclineReferral, ScreenReferral
from referral.referrals.domain import OPEN, CloseReason, DeclinedBy, Referral, ReferralState
from referral.referrals.screening import DECISIONS
from shared.callers import Caller
from shared.errors import FieldError, Invalid
from shared.idempotency import Tx
from shared.navigation import places_of
from shared.page_session import PageRoute, require_page, root_of
from shared.pages import templates
from shared.problems import field_errors
from shared.text import ONE_LINE

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGES = templates("referral")
SHOWN = 100

Person = Annotated[Caller, Depends(require_page("referral-desk"))]
Read = Annotated[int | None, Form(alias="version", ge=1)]
Answers = Annotated[str | None, Form(max_length=300), ONE_LINE]


@router.get("/referrals")
async def show_desk(
    request: Request, caller: Person, tx: Tx, state: ReferralState | None = None
) -> Response:
    """What is open, the most urgent clock first; or one state's referrals."""
    states = (state,) if state else OPEN[:-2]
    found = await repository.list_referrals(tx, sorted(caller.sites), states=states, limit=SHOWN)
    begun = await list_handoffs(tx, [referral.id for referral in found])
    rows = [showing.row_of(referral, begun.get(referral.id), tx) for referral in found]
    return PAGES.render(
        request,
        "desk.html",
        caller=caller,
        rows=sorted(rows, key=lambda row: row.urgency),
        state=state,
        **words.FOR_PAGES,
    )


@router.get("/referrals/{referral_id}")
async def show_one(request: Request, referral_id: UUID, caller: Person, tx: Tx) -> Response:
    """One referral: who, the next step, what the criteria say line by line, what was decided."""
    referral = await handlers.get_referral(referral_id, caller, tx)
    handoff = await find_handoff(tx, referral.id)
    return PAGES.render(
        request,
        "referral.html",
        caller=caller,
        referral=await showing.opened(request, referral, tx),
        handoff=handoff,
        place=records.open_place(referral, handoff, tx),
        participant_url=file_of(request, referral, caller),
        decisions=DECISIONS,
        evidences=list(Evidence),
        reasons=list(CloseReason),
        **words.FOR_PAGES,
    )


@router.post("/referrals/{referral_id}/screening")
async def screen_referral(
    request: Request,
    referral_id: UUID,
    caller: Person,
    tx: Tx,
    decision: Annotated[Outcome, Form()],
    version: Read = None,
    reason: Answers = None,
) -> Response:
    findings = _findings(dict(await request.form()))
    command = ScreenReferral(
        referral_id, caller, version, decision, findings, (reason or "").strip() or None
    )
    await handlers.screen_referral(command, tx)
    return _back(request, referral_id)


def _findings(form: dict[str, Any]) -> dict[str, Finding]:
    """The answers that were given: `met-<code>`, `evidence-<code>`, `note-<code>`."""
    found = {}
    for name, value in form.items():
        code = name.removeprefix("met-")
        if code == name or value not in ("yes", "no"):
            continue
        given = {
            "met": value == "yes",
            "evidence": form.get(f"evidence-{code}") or Evidence.RECORDS,
            "note": str(form.get(f"note-{code}", "")).strip() or None,
        }
        try:
            found[code] = Finding.model_validate(given)
        except ValidationError as error:
            raise Invalid(errors=field_errors(error.errors(include_url=False))) from None
    return found


@router.post("/referrals/{referral_id}/handoff")
async def take_step(
    request: Request,
    referral_id: UUID,
    caller: Person,
    tx: Tx,
    step: Annotated[Step, Form()],
    version: Read = None,
    eta_minutes: Annotated[str, Form(pattern="^[0-9]{0,3}$")] = "",
    case_manager: Annotated[str, Form(pattern=r"^[\w.@:|+-]{0,100}$")] = "",
    meeting_place: Annotated[str, Form(max_length=300), ONE_LINE] = "",
) -> Response:
    minutes = int(eta_minutes or 0) or None
    if minutes is not None and minutes > 240:
        hint = "At most 240 minutes."
        raise Invalid(errors=(FieldError("/eta_minutes", "too_long", hint),))
    command = TakeStep(
        referral_id,
        caller,
        version,
        step,
        eta_minutes=minutes,
        case_manager=case_manager or None,
        meeting_place=meeting_place.strip() or None,
    )
    await handoffs.take_step(command, tx)
    return _back(request, referral_id)


@router.post("/referrals/{referral_id}/decline")
async def decline_referral(
    request: Request,
    referral_id: UUID,
    caller: Person,
    tx: Tx,
    declined_by: Annotated[DeclinedBy, Form()],
    version: Read = None,
) -> Response:
    await handlers.decline_referral(DeclineReferral(referral_id, caller, version, declined_by), tx)
    return _back(request, referral_id)


@router.post("/referrals/{referral_id}/close")
async def close_referral(
    request: Request,
    referral_id: UUID,
    caller: Person,
    tx: Tx,
    reason: Annotated[CloseReason, Form()],
    version: Read = None,
) -> Response:
    await handlers.close_referral(CloseReferral(referral_id, caller, version, reason), tx)
    return _back(request, referral_id)


def file_of(request: Request, referral: Referral, caller: Caller) -> str | None:
    """The person's file, for whom casework lets in, where its pages are behind the same address."""
    key = referral.attached_to
    if key is None or not caller.has("case-manager", "supervisor"):
        return None
    return places_of("referral", root_of(request))("casework", f"/participants/{key}")


def _back(request: Request, referral_id: UUID) -> Response:
    return RedirectResponse(f"{root_of(request)}/referrals/{referral_id}", 303)
