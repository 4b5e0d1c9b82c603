"""Holds over HTTP. A held charge is its prosecutor's record; who takes part in what is not."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from prosecution_hook.admission import approved
from prosecution_hook.holds import handlers, repository
from prosecution_hook.holds.commands import ExtendHold, ResolveHold
from prosecution_hook.holds.domain import (
    ChargeHold,
    ExtensionReason,
    HoldState,
    Resolution,
    ResolutionReason,
)
from prosecution_hook.holds.repository import Span
from prosecution_hook.ledger import repository as ledger
from prosecution_hook.offices import OfficeCaller
from prosecution_hook.telling import proposals_to, tell
from shared.database import Transaction
from shared.dates import Day
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.paging import Limit, Page, page_of
from shared.reports import Name

router = APIRouter(prefix="/v1/holds", tags=["holds"], route_class=IdempotentRoute)

Prosecution = Annotated[OfficeCaller, Depends(approved("liaison-prosecutor", "prosecutor-system"))]


class Taking(BaseModel):
    """What the participant allows to be told: who it is, and that intake was completed."""

    participant_key: str
    intake_completed_on: date | None
    consent_id: UUID
    notice: str


class Extension(BaseModel):
    """Why and by whom a deadline was moved."""

    from_at: datetime
    until_at: datetime
    reason: ExtensionReason
    approved_by: str


class HoldView(BaseModel):
    """A held charge as its prosecutor knows it; `participant` only under a consent (R-18)."""

    id: UUID
    site: str
    office: str | None
    state: HoldState
    incident_number: str | None
    incident_at: datetime | None
    charges: list[dict[str, Any]]
    started_at: datetime
    deadline_at: datetime
    policy_version: int
    extensions: list[Extension]
    rationale: ResolutionReason | None
    resolved_at: datetime | None
    version: int
    participant: Taking | None


class ExtensionBody(Body):
    """Until the end of which day, why, and who approved it when that was somebody else."""

    until: Day
    reason: ExtensionReason
    approved_by: Name | None = None


class ResolutionBody(Body):
    """How the held charge ends, and why."""

    resolution: Resolution
    rationale: ResolutionReason


@router.get("", responses=problems(401, 403, 422))
async def list_holds(
    caller: Prosecution,
    tx: Tx,
    state: Annotated[list[HoldState] | None, Query()] = None,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[HoldView]:
    """The holds of the caller's office; without `state`, those that wait for somebody."""
    states = state or [HoldState.HELD, HoldState.UNDER_REVIEW]
    found = await repository.list_holds(tx, caller, Span(states, limit + 1, cursor))
    page = page_of(found, limit, lambda hold: str(hold.id))
    items = [await view_of(hold, caller, tx) for hold in page.items]
    return Page(items=items, next=page.next)


@router.post("/{hold_id}/extension", responses=problems(401, 403, 404, 409, 412, 422))
async def extend_hold(
    hold_id: UUID,
    body: ExtensionBody,
    caller: Prosecution,
    expected: Expected,
    tx: Tx,
    response: Response,
) -> HoldView:
    command = ExtendHold(hold_id, by=caller, expected=expected, **body.model_dump())
    return await _answer(await handlers.extend_hold(command, tx), caller, tx, response)


@router.post("/{hold_id}/resolution", responses=problems(401, 403, 404, 409, 412, 422))
async def resolve_hold(
    hold_id: UUID,
    body: ResolutionBody,
    caller: Prosecution,
    expected: Expected,
    tx: Tx,
    response: Response,
) -> HoldView:
    command = ResolveHold(hold_id, body.resolution, body.rationale, caller, expected)
    return await _answer(await handlers.resolve_hold(command, tx), caller, tx, response)


async def _answer(
    hold: ChargeHold, caller: OfficeCaller, tx: Transaction, response: Response
) -> HoldView:
    response.headers.update(etag(hold.version))
    return await view_of(hold, caller, tx)


async def view_of(hold: ChargeHold, caller: OfficeCaller, tx: Transaction) -> HoldView:
    matter = await ledger.find_matter(tx, hold.matter_id)
    extensions = [e.model_dump() for e in await repository.list_extensions(tx, hold.id)]
    return HoldView(
        **hold.model_dump(include=set(HoldView.model_fields)),
        incident_number=matter.incident_number if matter else None,
        incident_at=matter.incident_at if matter else None,
        charges=matter.charges if matter else [],
        extensions=[Extension.model_validate(e) for e in extensions],
        participant=await _taking(hold, caller, tx),
    )


async def _taking(hold: ChargeHold, caller: OfficeCaller, tx: Transaction) -> Taking | None:
    """A system is not the person whom the release names: it is told nothing here."""
    if not caller.has("liaison-prosecutor"):
        return None
    key = hold.participant_key
    proposals = proposals_to(caller, hold.site, key, about=hold.id, office=hold.office)
    clearance = await tell(proposals, tx)
    if clearance is None:
        return None
    done = await repository.intake_of(tx, key)
    return Taking(
        participant_key=key,
        intake_completed_on=done.date() if done else None,
        consent_id=clearance.consent_id,
        notice=clearance.notice,
    )
