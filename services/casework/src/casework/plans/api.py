"""Plans over HTTP, for the program's own staff only."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from casework.edges import Key, edit_by, refuse_future
from casework.participants import repository as files
from casework.plans import handlers, repository
from casework.plans.commands import AgreePlan, WritePlan
from casework.plans.domain import Goal, GoalStatus, PlanVersion, StepOwner
from casework.topics import Domain
from shared.callers import Caller, require
from shared.database import Transaction
from shared.dates import Day, Moment
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.text import ONE_LINE, PROSE

router = APIRouter(
    prefix="/v1/participants/{key}/plans", tags=["plans"], route_class=IdempotentRoute
)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Statement = Annotated[str, Field(min_length=1, max_length=2_000), PROSE]
Short = Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]
Number = Annotated[int, Path(ge=1, le=1_000_000)]


class StepBody(Body):
    """One thing to do, and who does it."""

    text: Statement
    owner: StepOwner = StepOwner.PARTICIPANT
    done: bool = False


class ObligationBody(Body):
    """What a court expects."""

    court: Short | None = None
    cause_number: Short | None = None
    at: Moment | None = None
    what: Short | None = None


class GoalBody(Body):
    """One goal, in the participant's words."""

    domain: Domain
    statement: Statement
    status: GoalStatus = GoalStatus.WANTED
    target_on: Day | None = None
    steps: Annotated[tuple[Statement | StepBody, ...], Field(max_length=50)] = ()
    obligations: Annotated[tuple[ObligationBody, ...], Field(max_length=20)] = ()


class PlanBody(Body):
    """The next version; without `agreed_at` it is a draft that nobody hears of."""

    goals: Annotated[list[GoalBody], Field(min_length=1, max_length=50)]
    agreed_at: Moment | None = None
    review_on: Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))] | None = None

    def content(self) -> tuple[Goal, ...]:
        return tuple(Goal.model_validate(goal.model_dump()) for goal in self.goals)


class PlanAnswer(BaseModel):
    """A version without its content."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    version: int
    domains: list[Domain]
    agreed_at: datetime | None
    superseded_at: datetime | None
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
    edit = edit_by(caller, key, expected)
    command = WritePlan(edit, body.content(), body.agreed_at, body.review_on)
    return PlanAnswer.model_validate(await handlers.write_plan(command, tx))


@router.get("", summary="All versions, the newest first, without their content")
async def list_plans(key: Key, caller: Staff, tx: Tx) -> list[PlanAnswer]:
    await files.get_file(tx, key, caller.sites)
    return [PlanAnswer.model_validate(p) for p in await repository.list_versions(tx, key)]


@router.get("/current", summary="The newest version")
async def get_current_plan(key: Key, caller: Staff, tx: Tx, response: Response) -> PlanContent:
    file = await files.get_file(tx, key, caller.sites)
    plan = await repository.get_current_plan(tx, key)
    response.headers.update(etag(file.version))
    return _content(plan, tx)


@router.get("/{version}", summary="One version")
async def get_plan(key: Key, version: Number, caller: Staff, tx: Tx) -> PlanContent:
    await files.get_file(tx, key, caller.sites)
    return _content(await repository.get_version(tx, key, version), tx)


class AgreementBody(Body):
    """When the participant said yes."""

    agreed_at: Moment


@router.post("/{version}/agreement", summary="The participant agreed to this version")
async def agree_plan(
    key: Key, version: Number, body: AgreementBody, caller: Staff, expected: Expected, tx: Tx
) -> PlanAnswer:
    refuse_future("/agreed_at", body.agreed_at, tx.now)
    command = AgreePlan(edit_by(caller, key, expected), version, body.agreed_at)
    return PlanAnswer.model_validate(await handlers.agree_plan(command, tx))


def _content(plan: PlanVersion, tx: Transaction) -> PlanContent:
    return PlanContent(**plan.model_dump(), goals=plan.goals(tx.ring))
