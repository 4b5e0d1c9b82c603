"""The handoff over HTTP: the desk records, the officer's system follows."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from referral.handoffs import handlers, repository
from referral.handoffs.commands import TakeStep
from referral.handoffs.domain import Step
from referral.handoffs.views import HandoffView, handoff_view
from referral.referrals.api import Desk, Referring
from referral.referrals.handlers import get_referral
from shared.dates import Moment
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.reports import Words

router = APIRouter(route_class=IdempotentRoute, tags=["handoffs"])


class StepBody(Body):
    """A step. `eta_minutes` and `case_manager` belong to `dispatched`, and may be told again."""

    step: Step
    at: Moment | None = None
    eta_minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    case_manager: Annotated[str, Field(pattern=r"^[\w.@:|+-]{1,100}$")] | None = None
    meeting_place: Words | None = None


@router.post("/v1/referrals/{referral_id}/handoff", responses=problems(404, 409, 412, 422))
async def take_step(
    request: Request,
    response: Response,
    referral_id: UUID,
    body: StepBody,
    caller: Desk,
    tx: Tx,
    expected: Expected,
) -> HandoffView:
    """Record a step of the warm handoff; `called` starts its clock."""
    command = TakeStep(referral_id, caller, expected, **dict(body))
    referral, handoff = await handlers.take_step(command, tx)
    response.headers.update(etag(referral.version))
    return handoff_view(referral, handoff)


@router.get("/v1/referrals/{referral_id}/handoff", responses=problems(404))
async def show_handoff(referral_id: UUID, caller: Referring, tx: Tx) -> HandoffView:
    """How far the handoff is, for whoever waits beside the person."""
    referral = await get_referral(referral_id, caller, tx)
    return handoff_view(referral, await repository.find_handoff(tx, referral.id))
