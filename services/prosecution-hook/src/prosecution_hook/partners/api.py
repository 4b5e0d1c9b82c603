"""The partner registry over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from prosecution_hook.partners import handlers, repository
from prosecution_hook.partners.domain import LONGEST_BREAK_GLASS, NoticeKind, Partner
from shared.callers import Caller, require
from shared.dates import Moment
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.paging import Limit, Page, page_of
from shared.reports import Site

router = APIRouter(prefix="/v1/partners", tags=["partners"], route_class=IdempotentRoute)

Reader = Annotated[Caller, Depends(require("ops", "privacy-officer"))]
Officer = Annotated[Caller, Depends(require("privacy-officer"))]
Ops = Annotated[Caller, Depends(require("ops"))]
# As an office is called in the policy and in tokens.
Org = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$")]
Category = Literal[
    "enrollment_fact", "engagement_fact", "progress", "barriers", "goals", "legal_matter"
]


class EntryBody(BaseModel):
    """What a partner may receive. `onward`: who can reach its data, by contract or by law."""

    model_config = ConfigDict(extra="forbid")

    site: Site
    org: Org
    may_receive: Annotated[list[Category], Field(min_length=1, max_length=6)]
    onward: Annotated[list[Org], Field(max_length=50)]


class ApprovalBody(EntryBody):
    """The privacy officer's approval."""

    expires_at: Moment | None = None


class EmergencyBody(EntryBody):
    """Emergency access by ops: for at most 72 hours, and to be reviewed (R-31)."""

    hours: Annotated[int, Field(ge=1, le=72)]
    reason: Literal["participant_in_danger", "court_deadline", "system_recovery"]


class PartnerView(BaseModel):
    """A partner as the registry has it; `approved` says whether the entry counts now."""

    id: UUID
    site: str
    org: str
    may_receive: list[str]
    onward: list[str]
    decided_by: str
    decided_at: datetime
    expires_at: datetime | None
    break_glass: bool
    reason: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    withdrawn_at: datetime | None
    approved: bool
    to_review: bool


class NoticeView(BaseModel):
    """What happened with emergency access, when, and the entry as it stands now."""

    id: UUID
    kind: NoticeKind
    at: datetime
    partner: PartnerView


def view(partner: Partner, now: datetime) -> PartnerView:
    to_review = partner.break_glass and partner.reviewed_at is None
    values = partner.model_dump() | {"approved": partner.approved(now), "to_review": to_review}
    return PartnerView(**values)


@router.get("")
async def list_partners(caller: Reader, tx: Tx) -> dict[str, list[PartnerView]]:
    """Of this caller's sites, the newest first; what is to be reviewed says so."""
    found = await repository.list_partners(tx, caller.sites)
    return {"items": [view(partner, tx.now) for partner in found]}


@router.get("/notices", responses=problems(403, 422))
async def list_notices(
    caller: Reader, tx: Tx, limit: Limit = 50, cursor: UUID | None = None
) -> Page[NoticeView]:
    """When emergency access was opened and when it was over, the newest first."""
    found = await repository.list_notices(tx, caller.sites, limit + 1, cursor)
    views = [
        NoticeView(**notice.model_dump(), partner=view(partner, tx.now))
        for notice, partner in found
    ]
    return page_of(views, limit, lambda notice: str(notice.id))


@router.post("", status_code=201, responses=problems(403, 422))
async def approve_partner(body: ApprovalBody, caller: Officer, tx: Tx) -> PartnerView:
    """Without an entry none of the office's people or systems is let in, and no webhook is sent."""
    caller.at_site(body.site)
    entry = Partner(**body.model_dump(), decided_by=caller.sub, decided_at=tx.now)
    return view(await handlers.enter(entry, tx), tx.now)


@router.post("/break-glass", status_code=201, responses=problems(403, 422))
async def open_in_an_emergency(body: EmergencyBody, caller: Ops, tx: Tx) -> PartnerView:
    """Ends by itself; the participant's consent is still asked for every message."""
    caller.at_site(body.site)
    until = tx.now + min(timedelta(hours=body.hours), LONGEST_BREAK_GLASS)
    entry = Partner(
        **body.model_dump(exclude={"hours"}),
        decided_by=caller.sub,
        decided_at=tx.now,
        expires_at=until,
        break_glass=True,
    )
    return view(await handlers.enter(entry, tx), tx.now)


@router.post("/{partner_id}/review", responses=problems(403, 404, 409))
async def review_emergency(partner_id: UUID, caller: Officer, tx: Tx) -> PartnerView:
    partner = await repository.get_partner(tx, partner_id, caller.sites)
    return view(handlers.review(partner, caller.sub, tx), tx.now)


@router.post("/{partner_id}/withdrawal", responses=problems(403, 404))
async def withdraw_partner(partner_id: UUID, caller: Reader, tx: Tx) -> PartnerView:
    """Anybody who may read the registry may stop a partner, at once."""
    partner = await repository.get_partner(tx, partner_id, caller.sites)
    return view(await handlers.withdraw(partner, tx), tx.now)
