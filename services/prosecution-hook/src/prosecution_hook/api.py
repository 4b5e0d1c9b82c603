"""Prosecution-hook over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from prosecution_hook import handlers
from prosecution_hook.commands import ReadLedger
from prosecution_hook.disclosure.domain import NOTICE
from prosecution_hook.domain import MatterState
from shared.callers import Caller, require
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems

router = APIRouter(route_class=IdempotentRoute)

Liaison = Annotated[Caller, Depends(require("liaison-prosecutor"))]


class LedgerItem(BaseModel):
    """One charge report as public record has it."""

    cause_number: str | None
    incident_number: str | None
    reported_by: str
    incident_at: datetime | None
    filed_at: datetime
    received_at: datetime
    charges: list[dict[str, Any]]
    state: MatterState


class Ledger(BaseModel):
    """A participant's charges, under the consent and with the notice that go with it (R-04)."""

    participant_key: str
    consent_id: UUID
    notice: str = NOTICE
    items: list[LedgerItem]


@router.get("/v1/ledger/{key}", tags=["ledger"], responses=problems(401, 403, 404))
async def read_ledger(key: Annotated[str, Path(max_length=64)], caller: Liaison, tx: Tx) -> Ledger:
    """Answers only while the participant's consent covers it; otherwise as for an unknown key."""
    clearance, entries = await handlers.read_ledger(ReadLedger(key, caller), tx)
    items = [LedgerItem.model_validate(entry.model_dump()) for entry in entries]
    return Ledger(participant_key=key, consent_id=clearance.consent_id, items=items)
