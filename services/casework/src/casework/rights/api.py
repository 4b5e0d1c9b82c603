"""The participant's rights over HTTP, for the privacy officer."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from casework.edges import Key
from casework.rights import handlers, repository
from casework.rights.commands import EraseParticipant
from casework.rights.domain import REMAINS, Erasure, ErasureReason, as_text
from casework.rights.errors import NoErasure
from shared.callers import Caller, require
from shared.database import Transaction
from shared.edges import Body
from shared.idempotency import IdempotentRoute, Tx

router = APIRouter(prefix="/v1/participants/{key}", tags=["rights"], route_class=IdempotentRoute)

Officer = Annotated[Caller, Depends(require("privacy-officer"))]


class DisclosureEntry(BaseModel):
    """Something that was told, or stopped: then `suppressed_because` says why."""

    at: datetime
    recipient: str
    categories: list[str]
    purpose: str
    consent_id: UUID | None
    suppressed_because: str | None


class Look(BaseModel):
    """Somebody who saw or changed something."""

    at: datetime
    who: str
    roles: list[str]
    what: str


class Accounting(BaseModel):
    """Who was told, and who looked; the latest first."""

    participant_key: str
    generated_at: datetime
    disclosures: list[DisclosureEntry]
    looks: list[Look]


@router.get("/accounting", summary="Who was told what, and who looked", response_model=Accounting)
async def show_accounting(
    key: Key, caller: Officer, tx: Tx, format: Literal["json", "text"] = "json"
) -> Response | Accounting:
    """`?format=text`: in plain words, to be printed and handed over."""
    file = await repository.get_file(tx, key, caller.sites)
    found = await handlers.account(file, tx)
    if format == "text":
        return PlainTextResponse(as_text(found, file.site))
    return Accounting(participant_key=key, generated_at=tx.now, **found)


class ErasureBody(Body):
    """Why, and the participant's key once more: what is erased does not come back."""

    reason: ErasureReason
    confirm: str


class Receipt(BaseModel):
    """One service has destroyed what it held under one key."""

    service: str
    subject: str
    records: int
    received_at: datetime


class Remainder(BaseModel):
    """Something that is not destroyed, and the reason."""

    what: str
    why: str


class ErasureAnswer(BaseModel):
    """An erasure: complete when nobody is missing."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    reason: ErasureReason
    requested_by: str
    requested_at: datetime
    records: int
    files: list[str] = Field(description="Every file of the person: merged, and from before.")
    maybe: list[str] = Field(
        description="Files that look like the same person's and were not linked: please look."
    )
    receipts: list[Receipt]
    missing: list[str]
    remains: list[Remainder] = Field(description="What an erasure leaves, and why.")


@router.post("/erasure", status_code=202, summary="Forget this participant everywhere")
async def erase_participant(key: Key, body: ErasureBody, caller: Officer, tx: Tx) -> ErasureAnswer:
    """Destroyed here at once; the other services destroy what they hold and answer."""
    command = EraseParticipant(key, body.reason, body.confirm, caller.sub, caller.sites)
    return await _answer(await handlers.erase(command, tx), tx)


@router.get("/erasure", summary="How far it is: a receipt from every service")
async def show_erasure(key: Key, caller: Officer, tx: Tx) -> ErasureAnswer:
    erasure = await repository.find_erasure(tx, key, caller.sites)
    if erasure is None:
        raise NoErasure
    return await _answer(erasure, tx)


async def _answer(erasure: Erasure, tx: Transaction) -> ErasureAnswer:
    receipts = await repository.list_receipts(tx, erasure)
    return ErasureAnswer(
        **erasure.model_dump(exclude={"site", "keys"}),
        receipts=[Receipt(**dict(receipt)) for receipt in receipts],
        missing=erasure.missing(receipts),
        remains=[Remainder(what=what, why=why) for what, why in REMAINS],
    )
