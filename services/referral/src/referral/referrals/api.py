"""Referrals over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from referral.criteria.domain import Finding, Outcome
from referral.referrals import handlers, repository, showing, views
from referral.referrals.commands import (
    CloseReferral,
    DeclineReferral,
    ReferPerson,
    ScreenReferral,
    WithdrawReferral,
)
from referral.referrals.domain import CloseReason, DeclinedBy, Referral, ReferralState
from shared.callers import Caller, require
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import body_of, problems
from shared.paging import Limit, Page, page_of
from shared.reports import Slug, Words, read_report

router = APIRouter(route_class=IdempotentRoute, tags=["referrals"])

Referring = Annotated[Caller, Depends(require("agency-reporter", "referral-desk"))]
Desk = Annotated[Caller, Depends(require("referral-desk"))]


class ScreeningBody(Body):
    """A decision, and answers to criteria by their code. Earlier answers stand until replaced."""

    decision: Literal[
        Outcome.ELIGIBLE,
        Outcome.PRESUMPTIVELY_INELIGIBLE,
        Outcome.NEEDS_AGENCY_APPROVAL,
        Outcome.WAITLISTED,
        Outcome.REJECTED_BY_PROSECUTOR,
    ]
    findings: Annotated[dict[Slug, Finding], Field(max_length=100, default_factory=dict)]
    reason: Words | None = None


class DeclineBody(Body):
    """Who said no."""

    declined_by: DeclinedBy


class CloseBody(Body):
    """Why the desk closes a referral."""

    reason: CloseReason


@router.post(
    "/v1/referrals",
    status_code=201,
    response_model=views.ReferralView,
    openapi_extra=body_of(ReferPerson),
    responses=problems(400, 401, 403, 409, 413, 422),
)
async def refer_person(
    request: Request, response: Response, caller: Referring, tx: Tx
) -> views.ReferralView:
    """Refer a person. The same record again gets the same answer, with 200."""
    command = read_report(ReferPerson, await request.body(), tx.now)
    caller.at_site(command.site)
    if not caller.has("referral-desk"):
        caller.speaking_for(command.source_system)
    referral, is_new = await handlers.refer_person(command, tx)
    response.status_code = 201 if is_new else 200
    return views.ReferralView(
        id=referral.id, state=ReferralState.RECEIVED, links=views.links(request, referral)
    )


@router.get("/v1/referrals")
async def list_referrals(
    request: Request,
    caller: Desk,
    tx: Tx,
    state: ReferralState | None = None,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[views.DeskReferral]:
    states = (state,) if state else ()
    found = await repository.list_referrals(
        tx, sorted(caller.sites), states=states, limit=limit + 1, before=cursor
    )
    page = page_of(found, limit, lambda referral: str(referral.id))
    return Page(items=[views.for_desk(request, r) for r in page.items], next=page.next)


@router.get("/v1/referrals/{referral_id}")
async def show_referral(
    request: Request, response: Response, referral_id: UUID, caller: Referring, tx: Tx
) -> views.OpenedReferral | views.ReferralView:
    referral = await handlers.get_referral(referral_id, caller, tx)
    if not caller.has("referral-desk"):
        return views.for_agency(request, referral)
    response.headers.update(etag(referral.version))
    return await showing.opened(request, referral, tx)


@router.post("/v1/referrals/{referral_id}/screening", responses=problems(404, 409, 412, 422))
async def screen_referral(
    request: Request,
    response: Response,
    referral_id: UUID,
    body: ScreeningBody,
    caller: Desk,
    tx: Tx,
    expected: Expected,
) -> views.OpenedReferral:
    """Record what screening came to. The criteria propose; another decision needs a reason."""
    command = ScreenReferral(referral_id, caller, expected, **dict(body))
    referral = await handlers.screen_referral(command, tx)
    response.headers.update(etag(referral.version))
    await tx.flush()
    return await showing.opened(request, referral, tx)


@router.post("/v1/referrals/{referral_id}/decline", responses=problems(404, 409, 412, 422))
async def decline_referral(
    request: Request,
    response: Response,
    referral_id: UUID,
    body: DeclineBody,
    caller: Desk,
    tx: Tx,
    expected: Expected,
) -> views.DeskReferral:
    """Record that person, officer or prosecutor said no."""
    command = DeclineReferral(referral_id, caller, expected, body.declined_by)
    return _for_desk(request, response, await handlers.decline_referral(command, tx))


@router.post("/v1/referrals/{referral_id}/withdraw", responses=problems(404, 409))
async def withdraw_referral(
    request: Request, referral_id: UUID, caller: Referring, tx: Tx
) -> views.ReferralView:
    """Take a referral back."""
    referral = await handlers.withdraw_referral(WithdrawReferral(referral_id, caller), tx)
    return views.for_agency(request, referral)


@router.post("/v1/referrals/{referral_id}/close", responses=problems(404, 409, 412, 422))
async def close_referral(
    request: Request,
    response: Response,
    referral_id: UUID,
    body: CloseBody,
    caller: Desk,
    tx: Tx,
    expected: Expected,
) -> views.DeskReferral:
    """End the desk's work on a referral."""
    command = CloseReferral(referral_id, caller, expected, body.reason)
    return _for_desk(request, response, await handlers.close_referral(command, tx))


def _for_desk(request: Request, response: Response, referral: Referral) -> views.DeskReferral:
    response.headers.update(etag(referral.version))
    return views.for_desk(request, referral)
