"""Prosecutors' questions over HTTP, for those who work with the participant."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from casework.coordination import handlers, repository
from casework.coordination.commands import AnswerItem
from casework.coordination.domain import ItemState, Reply
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx

router = APIRouter(prefix="/v1/coordination", tags=["coordination"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]


class ItemAnswer(BaseModel):
    """A question and how it stands. `told` means that the liaison prosecutor hears the answer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    concerning: str
    cause_number: str | None
    visible_to_liaison: bool
    requested_at: datetime
    due_at: datetime
    state: ItemState
    answered_by: str | None
    answered_at: datetime | None
    consent_id: UUID | None


@router.get("", summary="Questions that wait for an answer, the first due first")
async def list_coordination(
    caller: Staff,
    tx: Tx,
    mine: bool = False,
    participant_key: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]+$")] = None,
) -> list[ItemAnswer]:
    found = await repository.list_items(
        tx,
        caller.sites,
        participant_key=participant_key,
        case_manager=caller.sub if mine else None,
    )
    return [ItemAnswer.model_validate(item) for item in found]


@router.post("/{item_id}/reply", summary="Answer in the closed form")
async def answer_item(item_id: UUID, body: Reply, caller: Staff, tx: Tx) -> ItemAnswer:
    """Refused with 409 `not-covered`, naming the parts that no release in force covers."""
    item = await handlers.answer_item(AnswerItem(item_id, body, caller), tx)
    return ItemAnswer.model_validate(item)
