"""The statute table over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from prosecution_hook.statutes import handlers, repository
from prosecution_hook.statutes.commands import ImportStatutes
from prosecution_hook.statutes.domain import Severity, StatuteImport
from shared.callers import Caller, require
from shared.dates import Day
from shared.edges import Body
from shared.idempotency import IdempotentRoute, Tx
from shared.openapi import problems
from shared.paging import Limit, Page, page_of
from shared.reports import Words

router = APIRouter(prefix="/v1/statutes", tags=["statutes"], route_class=IdempotentRoute)

Keeper = Annotated[Caller, Depends(require("ops", "program-manager"))]
Reader = Annotated[
    Caller,
    Depends(
        require("ops", "program-manager", "privacy-officer", "supervisor", "liaison-prosecutor")
    ),
]
State = Annotated[str, Query(pattern="^[A-Z]{2}$")]


class ImportBody(Body):
    """A table as a CSV file's text, with its SHA-256 and where it comes from."""

    model_config = ConfigDict(str_strip_whitespace=False)

    source: Words
    checksum: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    content: Annotated[str, Field(min_length=1, max_length=1_000_000)]


class ImportView(BaseModel):
    """A version of a state's table. Its newest version is the one in use."""

    id: UUID
    state: str
    version: int
    checksum: str
    source: str
    statutes: int
    imported_at: datetime
    imported_by: str


class ImportAnswer(ImportView):
    """`changed` is false when this file was imported before; `newest` is the version in use."""

    changed: bool
    newest: int


class StatuteView(BaseModel):
    """One wording of a statute and the days for which it holds."""

    id: UUID
    statute: str
    title: str
    nibrs: str | None
    severity: Severity | None
    effective_from: date
    effective_to: date | None
    source: str


def _view(made: StatuteImport) -> ImportView:
    return ImportView(**made.model_dump())


@router.get("", responses=problems(401, 403, 422))
async def list_statutes(
    caller: Reader,
    tx: Tx,
    state: State,
    on: Day | None = None,
    limit: Limit = 50,
    cursor: UUID | None = None,
) -> Page[StatuteView]:
    """What is in force in a state on a day; without a day, today (UTC)."""
    day = on or tx.now.date()
    found = await repository.list_in_force(tx, state, day, limit + 1, cursor)
    views = [StatuteView(**statute.model_dump()) for statute in found]
    return page_of(views, limit, lambda statute: str(statute.id))


@router.get("/imports", responses=problems(401, 403, 422))
async def list_imports(
    caller: Keeper, tx: Tx, limit: Limit = 50, cursor: UUID | None = None
) -> Page[ImportView]:
    """Every version of every state, the newest first."""
    found = await repository.list_imports(tx, limit + 1, cursor)
    return page_of([_view(made) for made in found], limit, lambda made: str(made.id))


@router.post("/imports", status_code=201, responses=problems(401, 403, 413, 422))
async def import_statutes(
    body: ImportBody, caller: Keeper, tx: Tx, response: Response
) -> ImportAnswer:
    """All lines or none: a wrong checksum or a bad line imports nothing. 200 when it was known."""
    command = ImportStatutes(body.content, body.checksum, body.source.strip(), caller.sub)
    made, changed = await handlers.import_statutes(command, tx)
    if not changed:
        response.status_code = 200
    newest = await repository.newest_version(tx, made.state)
    return ImportAnswer(**_view(made).model_dump(), changed=changed, newest=newest)
