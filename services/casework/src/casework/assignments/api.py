"""Who is responsible, over HTTP: assign, see the history, hand on."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from casework.assignments import handlers, repository
from casework.assignments.commands import AssignCaseManager, DecideTransfer, OfferTransfer
from casework.assignments.domain import TransferState
from casework.assignments.handlers import Assigned
from casework.edges import Key, Login, edit_by
from casework.participants import repository as files
from casework.settings import Policy, Settings
from shared.callers import Caller, require
from shared.edges import Body, Expected
from shared.idempotency import IdempotentRoute, Tx
from shared.text import ONE_LINE

router = APIRouter(prefix="/v1", tags=["assignments"], route_class=IdempotentRoute)

Assigner = Annotated[Caller, Depends(require("supervisor", "referral-desk"))]
Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]


class Override(Body):
    """Why a supervisor goes beyond the caseload limit."""

    reason: Annotated[str, Field(min_length=3, max_length=500), ONE_LINE]


class AssignmentBody(Body):
    """Who becomes responsible, and who stands in for them."""

    case_manager: Login
    backup: Login | None = None
    supervisor: Login | None = None
    override: Override | None = None


class PastAssignment(BaseModel):
    """Who was responsible from when to when; the present one has no end."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    case_manager: str
    backup: str | None
    supervisor: str | None
    assigned_by: str
    assigned_at: datetime
    ended_at: datetime | None


class AssignmentAnswer(BaseModel):
    """`warning` says what to look at: a large caseload, or somebody not known to be reachable."""

    id: UUID
    participant_key: str
    case_manager: str
    backup: str | None
    supervisor: str | None
    assigned_at: datetime
    caseload: int
    warning: str | None


@router.post(
    "/participants/{key}/assignments", status_code=201, summary="Make somebody responsible"
)
async def assign_case_manager(
    request: Request, key: Key, body: AssignmentBody, caller: Assigner, expected: Expected, tx: Tx
) -> AssignmentAnswer:
    command = AssignCaseManager(
        edit=edit_by(caller, key, expected),
        case_manager=body.case_manager,
        backup=body.backup,
        supervisor=body.supervisor,
        override_reason=body.override.reason if body.override else None,
        by_supervisor=caller.has("supervisor"),
    )
    assigned = await handlers.assign_case_manager(command, tx, policy_of(request))
    return AssignmentAnswer(
        **assigned.assignment.model_dump(), caseload=assigned.caseload, warning=warning_of(assigned)
    )


def policy_of(request: Request) -> Policy:
    settings: Settings = request.app.state.runtime.settings
    return settings.policy


def warning_of(assigned: Assigned) -> str | None:
    """In words, without a name: the caller knows whom they wrote."""
    limit = assigned.limits.warn_at
    found = []
    if assigned.caseload >= limit:
        found.append(f"This caseload has reached {limit}.")
    if assigned.unknown:
        found.append("Nothing is known yet of whether alerts reach everybody named here.")
    return " ".join(found) or None


@router.get("/participants/{key}/assignments", summary="Who was responsible, the latest first")
async def list_assignments(key: Key, caller: Staff, tx: Tx) -> list[PastAssignment]:
    await files.get_file(tx, key, caller.sites)
    found = await repository.list_assignments(tx, key)
    return [PastAssignment.model_validate(assignment) for assignment in found]


class TransferBody(Body):
    """Whom to ask, and who would stand in for them."""

    to: Login
    backup: Login | None = None


class DecisionBody(Body):
    """A supervisor's reason for going beyond a full caseload."""

    override: Override | None = None


class TransferAnswer(BaseModel):
    """A transfer and how it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    from_case_manager: str
    to_case_manager: str
    backup: str | None
    state: TransferState
    offered_by: str
    offered_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@router.post("/participants/{key}/transfers", status_code=201, summary="Ask somebody to take over")
async def offer_transfer(
    key: Key, body: TransferBody, caller: Staff, expected: Expected, tx: Tx
) -> TransferAnswer:
    """The present case manager stays responsible until it is accepted."""
    command = OfferTransfer(edit_by(caller, key, expected), body.to, body.backup)
    return TransferAnswer.model_validate(await handlers.offer_transfer(command, tx))


@router.get("/participants/{key}/transfers", summary="Transfers, the latest first")
async def list_transfers(key: Key, caller: Staff, tx: Tx) -> list[TransferAnswer]:
    await files.get_file(tx, key, caller.sites)
    found = await repository.list_transfers(tx, key)
    return [TransferAnswer.model_validate(transfer) for transfer in found]


@router.post("/transfers/{transfer_id}/acceptance", summary="Take over from now on")
async def accept_transfer(
    request: Request, transfer_id: UUID, body: DecisionBody, caller: Staff, tx: Tx
) -> TransferAnswer:
    reason = body.override.reason if body.override else None
    command = _decision(transfer_id, TransferState.ACCEPTED, caller, reason)
    found = await handlers.decide_transfer(command, tx, policy_of(request))
    return TransferAnswer.model_validate(found)


@router.post("/transfers/{transfer_id}/refusal", summary="Decline; nothing changes")
async def decline_transfer(
    request: Request, transfer_id: UUID, caller: Staff, tx: Tx
) -> TransferAnswer:
    command = _decision(transfer_id, TransferState.DECLINED, caller, None)
    found = await handlers.decide_transfer(command, tx, policy_of(request))
    return TransferAnswer.model_validate(found)


def _decision(
    transfer_id: UUID, state: TransferState, caller: Caller, reason: str | None
) -> DecideTransfer:
    return DecideTransfer(
        transfer_id, state, caller.sub, caller.sites, caller.has("supervisor"), reason
    )
