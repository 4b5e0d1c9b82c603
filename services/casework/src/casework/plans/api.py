"""Plans over HTTP, for the program's own staff only."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, Field

from casework.edges import Body, Expected, Key, edit_by, etag, refuse_future
from casework.participants import repository as files
from casework.plans import handlers, repository
from casework.plans.commands import WritePlan
from casework.plans.domain import Goal, PlanVersion
from casework.topics import Domain
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx

router = APIRouter(
    prefix="/v1/participants/{key}/plans", tags=["plans"], route_class=IdempotentRoute
)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Statement = Annotated[str, Field(min_length=1, max_length=2_000)]


class GoalBody(Body):
    """One goal, in the participant's words."""

    domain: Domain
    statement: Statement
    steps: Annotated[tuple[Statement, ...], Field(max_length=50)] = ()


class PlanBody(Body):
    """The next version; without `agreed_at` it is a draft that nobody hears of."""

    goals: Annotated[list[GoalBody], Field(min_length=1, max_length=50)]
    agreed_at: AwareDatetime | None = None
    review_on: date | None = None


class PlanAnswer(BaseModel):
    """A version without its content."""

    id: UUID
    participant_key: str
    version: int
    domains: list[Domain]
    agreed_at: datetime | None
    review_on: date | None
    created_at: datetime


class PlanContent(PlanAnswer):
    """A version with its content."""

    goals: tuple[Goal, ...]


@router.post("", status_code=201, summary="Write the next version")
async def write_plan(
    key: Key, body: PlanBody, caller: Staff, expected: Expected, tx: Tx
) -> PlanAnswer:
    refuse_future("/agreed_at", body.agreed_at, tx.now)
    goals = tuple(Goal.model_validate(goal.model_dump()) for goal in body.goals)
    edit = edit_by(caller, key, expected)
    plan = await handlers.write_plan(WritePlan(edit, goals, body.agreed_at, body.review_on), tx)
    return PlanAnswer(**plan.model_dump())


@router.get("/current", summary="The newest version")
async def get_current_plan(key: Key, caller: Staff, tx: Tx, response: Response) -> PlanContent:
    file = await files.get_file(tx, key, caller.sites)
    plan: PlanVersion = await repository.get_current_plan(tx, key)
    response.headers.update(etag(file.version))
    return PlanContent(**plan.model_dump(), goals=plan.goals(tx.ring))
