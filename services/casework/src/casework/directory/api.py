"""The resource directory over HTTP."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from casework.directory import handlers, repository
from casework.directory.commands import ImportDirectory
from casework.directory.packages import MOST_BYTES, Package, read_package
from shared.bodies import takes_body
from shared.callers import Caller, require
from shared.errors import Malformed
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of

router = APIRouter(prefix="/v1/directory", tags=["directory"], route_class=IdempotentRoute)

Reader = Annotated[Caller, Depends(require("case-manager", "supervisor", "referral-desk"))]
Keeper = Annotated[Caller, Depends(require("program-manager", "supervisor"))]
Site = Annotated[str, Query(max_length=63, pattern="^[a-z0-9][a-z0-9-]*$")]
Words = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]
MOST_WARNINGS = 50
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"description": "HSDS 3: a list, a page, one service"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class ImportWarning(BaseModel):
    """What was changed or left out of a package that was taken in."""

    model_config = ConfigDict(from_attributes=True)

    pointer: str
    code: str
    hint: str


class ImportAnswer(BaseModel):
    """A package that was taken in, whole; `warnings` are the first of `warned` many."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    site: str
    services: int
    imported_at: datetime
    warned: int = 0
    warnings: list[ImportWarning] = []


class ServiceAnswer(BaseModel):
    """A service that somebody can be referred on to; `body` is its HSDS record."""

    model_config = ConfigDict(from_attributes=True)

    site: str
    id: str
    name: str
    organization: str
    status: str
    body: dict[str, Any]


async def package(request: Request, site: Site, caller: Keeper) -> Package:
    """The services that were sent, unpacked before a database connection is taken for them."""
    caller.at_site(site)
    return await asyncio.to_thread(read_package, await request.body())


@router.post("/imports", status_code=201, summary="Take in an HSDS 3 package", openapi_extra=_BODY)
@takes_body(MOST_BYTES)
async def import_directory(
    site: Site,
    caller: Keeper,
    sent: Annotated[Package, Depends(package)],
    tx: Tx,
) -> ImportAnswer:
    """JSON or a zip of CSV files. A faulty package is refused whole, each fault with its place."""
    made = await handlers.import_directory(ImportDirectory(site, sent.services, caller.sub), tx)
    answer = ImportAnswer.model_validate(made)
    answer.warned = len(sent.warnings)
    answer.warnings = list(map(ImportWarning.model_validate, sent.warnings[:MOST_WARNINGS]))
    return answer


@router.get("/services", summary="What there is, by name")
async def search_services(
    caller: Reader,
    tx: Tx,
    q: Words = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[ServiceAnswer]:
    found = await repository.search_services(
        tx, caller.sites, words=q, limit=limit + 1, after=_position(cursor)
    )
    answers = [ServiceAnswer.model_validate(service) for service in found]
    return page_of(answers, limit, lambda answer: f"{answer.id}\t{answer.name}")


def _position(cursor: str | None) -> tuple[str, str] | None:
    if cursor is None:
        return None
    service_id, tab, name = cursor.partition("\t")
    if not tab or "\x00" in cursor:
        raise Malformed("The cursor is not one that this list gave.")
    return name, service_id
