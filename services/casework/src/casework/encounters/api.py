"""Encounters over HTTP, for the program's own staff only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from casework.edges import Key, edit_by, refuse_future
from casework.encounters import handlers, repository
from casework.encounters.commands import RecordEncounter
from casework.encounters.domain import EncounterKind
from casework.participants import repository as files
from casework.topics import Domain
from shared.callers import Caller, require
from shared.dates import Moment
from shared.edges import Body, Expected
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of
from shared.text import PROSE

router = APIRouter(
    prefix="/v1/participants/{key}/encounters", tags=["encounters"], route_class=IdempotentRoute
)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Domains = Annotated[tuple[Domain, ...], Field(max_length=len(Domain))]


class EncounterBody(Body):
    """What happened. The note is sealed, and leaves casework never (R-14)."""

    kind: EncounterKind
    began_at: Moment
    minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    reached: bool = True
    goals: Domains = ()
    needs_met: Domains = ()
    note: Annotated[str, Field(min_length=1, max_length=10_000), PROSE] | None = None


class EncounterAnswer(BaseModel):
    """An encounter without its note."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    kind: EncounterKind
    began_at: datetime
    minutes: int
    reached: bool
    goals: list[Domain]
    needs_met: list[Domain]
    recorded_by: str
    recorded_at: datetime


class EncounterContent(EncounterAnswer):
    """An encounter with its note."""

    note: str | None


@router.post("", status_code=201, summary="Record an encounter")
async def record_encounter(
    key: Key, body: EncounterBody, caller: Staff, expected: Expected, tx: Tx
) -> EncounterAnswer:
    refuse_future("/began_at", body.began_at, tx.now)
    edit = edit_by(caller, key, expected)
    command = RecordEncounter(edit=edit, **body.model_dump())
    return EncounterAnswer.model_validate(await handlers.record_encounter(command, tx))


@router.get("", summary="Encounters without their notes, the latest first")
async def list_encounters(
    key: Key,
    caller: Staff,
    tx: Tx,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[EncounterAnswer]:
    await files.get_file(tx, key, caller.sites)
    found = await repository.list_encounters(tx, key, limit=limit + 1, before=cursor)
    answers = [EncounterAnswer.model_validate(encounter) for encounter in found]
    return page_of(answers, limit, lambda answer: str(answer.id))


@router.get("/{encounter_id}", summary="One encounter with its note")
async def get_encounter(key: Key, encounter_id: UUID, caller: Staff, tx: Tx) -> EncounterContent:
    await files.get_file(tx, key, caller.sites)
    encounter = await repository.get_encounter(tx, key, encounter_id)
    return EncounterContent(**encounter.model_dump(), note=encounter.note(tx.ring))
