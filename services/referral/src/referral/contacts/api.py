"""Contacts over HTTP: one, a batch, and what was refused."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from referral.contacts import handlers, repository, retraction
from referral.contacts.commands import Reason, ReportContact, RetractContact
from shared.audit import unaudited
from shared.callers import Caller, require
from shared.edges import Body
from shared.idempotency import IdempotentRoute, Tx
from shared.inbound import RECEIPTED, Inlet, LineAnswer, Receipt
from shared.openapi import body_of, lines_of, problems
from shared.paging import Limit, Page, page_of
from shared.reports import RecordId, Version

router = APIRouter(route_class=IdempotentRoute, tags=["contacts"])

Reporter = Annotated[Caller, Depends(require("agency-reporter"))]
Watcher = Annotated[
    Caller, Depends(require("program-manager", "supervisor", "privacy-officer", "ops"))
]
CONTACTS = Inlet(ReportContact, handlers.contact_reported, handlers.keep_refusals)


class RefusedReport(BaseModel):
    """A report that was refused: from where and why, never about whom."""

    receipt: None = None
    source_system: str
    outcome: str = "refused"
    reasons: list[str]
    refused_at: datetime


@router.post(
    "/v1/contacts",
    status_code=202,
    response_model=Receipt,
    openapi_extra=body_of(ReportContact),
    responses=problems(400, 401, 403, 409, 413, 422, 503),
)
@unaudited(RECEIPTED)
async def report_contact(request: Request, caller: Reporter) -> Response:
    """Report a contact. The answer is the same whoever it is about."""
    return await CONTACTS.take(request, caller)


@router.post(
    "/v1/contacts:batch",
    response_class=Response,
    openapi_extra=body_of(ReportContact, lines=True),
    responses=lines_of(LineAnswer, "One line per line, in order.")
    | problems(401, 403, 413, 422, 503),
)
@unaudited(RECEIPTED)
async def report_contacts(request: Request, caller: Reporter) -> Response:
    """Report up to 1,000 contacts, a JSON object per line."""
    return await CONTACTS.take_batch(request, caller)


class RetractionBody(Body):
    """Which record is taken back, and why. All its versions are."""

    source_record_id: RecordId
    record_version: Version = 1
    reason: Reason


@router.post(
    "/v1/contacts/{receipt}/retraction",
    status_code=202,
    responses=problems(401, 403, 404, 422),
)
async def retract_contact(receipt: UUID, body: RetractionBody, caller: Reporter, tx: Tx) -> Receipt:
    """Take a record back: an error, or a matter that was sealed or expunged."""
    await retraction.retract_contact(RetractContact(receipt, caller, **dict(body)), tx)
    return Receipt(receipt=receipt)


@router.get("/v1/contacts/refusals")
async def list_refusals(
    caller: Watcher,
    tx: Tx,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[RefusedReport]:
    """Reports that were refused and not accepted since."""
    rows = await repository.list_refusals(tx, sorted(caller.sites), limit=limit + 1, before=cursor)
    page = page_of(rows, limit, lambda row: str(row["id"]))
    return Page(items=[_refused(row) for row in page.items], next=page.next)


def _refused(row: Any) -> RefusedReport:
    return RefusedReport(
        source_system=row["source_system"], reasons=row["codes"], refused_at=row["refused_at"]
    )
