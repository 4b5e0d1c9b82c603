"""The ledger over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from prosecution_hook.admission import approved
from prosecution_hook.disclosure.domain import NOTICE
from prosecution_hook.ledger import handlers
from prosecution_hook.ledger.commands import ReadLedger
from prosecution_hook.ledger.views import LedgerItem
from prosecution_hook.offices import OfficeCaller
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems

router = APIRouter(route_class=IdempotentRoute)

Liaison = Annotated[OfficeCaller, Depends(approved("liaison-prosecutor"))]
Key = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$")]


class Ledger(BaseModel):
    """A participant's cases, under the consent and with the notice that go with them (R-04)."""

    participant_key: str
    consent_id: UUID
    notice: str = NOTICE
    items: list[LedgerItem]


@router.get("/v1/ledger/{key}", tags=["ledger"], responses=problems(401, 403, 404))
async def read_ledger(key: Key, caller: Liaison, tx: Tx) -> Ledger:
    """Answers only while the participant's consent covers it; otherwise as for an unknown key."""
    clearance, matters = await handlers.read_ledger(ReadLedger(key, caller), tx)
    items = [LedgerItem.model_validate(matter.model_dump()) for matter in matters]
    return Ledger(participant_key=key, consent_id=clearance.consent_id, items=items)
