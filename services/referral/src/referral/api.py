"""Referral over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from referral import handlers, repository, views
from referral.commands import (
    CloseReferral,
    NoteHeartbeat,
    ReferPerson,
    ReportContact,
    WithdrawReferral,
)
from referral.domain import CloseReason, ReferralState
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx
from shared.inbound import Inlet, LineAnswer, Receipt
from shared.openapi import body_of, lines_of, problems
from shared.operations import runtime_of
from shared.paging import Page, page_of
from shared.reports import SourceSystem, read_report

router = APIRouter(route_class=IdempotentRoute)

Reporter = Annotated[Caller, Depends(require("agency-reporter"))]
Referring = Annotated[Caller, Depends(require("agency-reporter", "referral-desk"))]
Desk = Annotated[Caller, Depends(require("referral-desk"))]
Watcher = Annotated[
    Caller, Depends(require("program-manager", "supervisor", "privacy-officer", "ops"))
]
FeedWatcher = Annotated[Caller, Depends(require("ops", "supervisor"))]
Limit = Annotated[int, Query(ge=1, le=200)]

CONTACTS = Inlet(ReportContact, handlers.contact_reported, handlers.keep_refusals)


@router.post(
    "/v1/contacts",
    status_code=202,
    tags=["contacts"],
    response_model=Receipt,
    openapi_extra=body_of(ReportContact),
    responses=problems(400, 401, 403, 409, 413, 422, 503),
)
async def report_contact(request: Request, caller: Reporter) -> Response:
    """Report a contact. The answer is the same whoever it is about."""
    return await CONTACTS.take(request, caller)


@router.post(
    "/v1/contacts:batch",
    tags=["contacts"],
    response_class=Response,
    openapi_extra=body_of(ReportContact, lines=True),
    responses=lines_of(LineAnswer, "One line per line, in order.")
    | problems(401, 403, 413, 422, 503),
)
async def report_contacts(request: Request, caller: Reporter) -> Response:
    """Report up to 1,000 contacts, a JSON object per line."""
    return await CONTACTS.take_batch(request, caller)


@router.get("/v1/contacts/refusals", tags=["contacts"])
async def list_refusals(
    caller: Watcher, tx: Tx, limit: Limit = 50, cursor: UUID | None = None
) -> Page[views.RefusedReport]:
    """Reports that were refused and not accepted since."""
    rows = await repository.list_refusals(tx, sorted(caller.sites), limit=limit + 1, before=cursor)
    page = page_of(rows, limit, lambda row: str(row["id"]))
    return Page(items=[views.refused(row) for row in page.items], next=page.next)


@router.post(
    "/v1/referrals",
    status_code=201,
    tags=["referrals"],
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


@router.get("/v1/referrals", tags=["referrals"])
async def list_referrals(
    request: Request,
    caller: Desk,
    tx: Tx,
    state: ReferralState | None = None,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[views.DeskReferral]:
    found = await repository.list_referrals(
        tx, sorted(caller.sites), state=state, limit=limit + 1, before=cursor
    )
    page = page_of(found, limit, lambda referral: str(referral.id))
    return Page(items=[views.for_desk(request, r) for r in page.items], next=page.next)


@router.get("/v1/referrals/{referral_id}", tags=["referrals"])
async def show_referral(
    request: Request, response: Response, referral_id: UUID, caller: Referring, tx: Tx
) -> views.OpenedReferral | views.ReferralView:
    referral = await handlers.get_referral(referral_id, caller, tx)
    if not caller.has("referral-desk"):
        return views.for_agency(request, referral)
    response.headers["ETag"] = views.etag(referral)
    content = handlers.open_referral(referral, tx)
    return views.OpenedReferral(**views.for_desk(request, referral).model_dump(), referral=content)


@router.post("/v1/referrals/{referral_id}/withdraw", tags=["referrals"])
async def withdraw_referral(
    request: Request, referral_id: UUID, caller: Referring, tx: Tx
) -> views.ReferralView:
    """Take a referral back."""
    referral = await handlers.withdraw_referral(WithdrawReferral(referral_id, caller), tx)
    return views.for_agency(request, referral)


class CloseBody(BaseModel):
    """Why the desk closes a referral."""

    model_config = ConfigDict(extra="forbid")

    reason: CloseReason


@router.post("/v1/referrals/{referral_id}/close", tags=["referrals"])
async def close_referral(
    request: Request,
    response: Response,
    referral_id: UUID,
    body: CloseBody,
    caller: Desk,
    tx: Tx,
    if_match: Annotated[str | None, Header(pattern=r'^"[0-9]{1,9}"$')] = None,
) -> views.DeskReferral:
    """End the desk's work on a referral."""
    version = int(if_match.strip('"')) if if_match else None
    command = CloseReferral(referral_id, caller, body.reason, version)
    referral = await handlers.close_referral(command, tx)
    response.headers["ETag"] = views.etag(referral)
    return views.for_desk(request, referral)


@router.post("/v1/feeds/{source}/heartbeat", status_code=204, tags=["feeds"])
async def note_heartbeat(source: Annotated[SourceSystem, Path()], caller: Reporter, tx: Tx) -> None:
    """Say that the source is alive, though it has nothing to report."""
    caller.speaking_for(source)
    await handlers.note_heartbeat(NoteHeartbeat(source, tuple(caller.sites)), tx)


@router.get("/v1/feeds", tags=["feeds"])
async def list_feeds(request: Request, caller: FeedWatcher, tx: Tx) -> dict[str, list[views.Feed]]:
    since = runtime_of(request).clock.now() - timedelta(hours=24)
    rows = await repository.list_feeds(tx, sorted(caller.sites), since)
    return {"items": [views.Feed(**row) for row in rows]}
