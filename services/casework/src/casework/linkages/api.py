"""Linkages over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from casework.edges import Key, edit_by
from casework.linkages import handlers, repository
from casework.linkages.commands import LinkService, RecordOutcome
from casework.linkages.domain import Although, Outcome
from casework.participants import repository as files
from casework.topics import Domain
from shared.callers import Caller, require
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.text import ONE_LINE

router = APIRouter(prefix="/v1", tags=["linkages"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Text = Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]


class LinkageBody(Body):
    """A need, and a service: by its id in the directory, or by name where it has none.

    `although` is required for a service that the directory does not call active.
    """

    need: Domain
    service_id: Text | None = None
    service_name: Text | None = None
    although: Although | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.service_id is None) is (self.service_name is None):
            raise PydanticCustomError("one_of_both", "Give `service_id` or `service_name`.")
        return self


class OutcomeBody(Body):
    """What came of it."""

    outcome: Outcome


class LinkageAnswer(BaseModel):
    """A linkage and how it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    need: Domain
    service_id: str | None
    service_name: str
    although: Although | None
    outcome: Outcome
    version: int
    linked_by: str
    linked_at: datetime
    outcome_at: datetime | None


@router.post("/participants/{key}/linkages", status_code=201, summary="Refer on to a service")
async def link_service(
    key: Key, body: LinkageBody, caller: Staff, expected: Expected, tx: Tx
) -> LinkageAnswer:
    edit = edit_by(caller, key, expected)
    command = LinkService(edit, body.need, body.service_id, body.service_name, body.although)
    return LinkageAnswer.model_validate(await handlers.link_service(command, tx))


@router.get("/participants/{key}/linkages", summary="Linkages, the latest first")
async def list_linkages(key: Key, caller: Staff, tx: Tx) -> list[LinkageAnswer]:
    await files.get_file(tx, key, caller.sites)
    return [LinkageAnswer.model_validate(row) for row in await repository.list_linkages(tx, key)]


@router.post("/linkages/{linkage_id}/outcome", summary="Say what came of it")
async def record_outcome(
    linkage_id: UUID,
    body: OutcomeBody,
    caller: Staff,
    expected: Expected,
    tx: Tx,
    response: Response,
) -> LinkageAnswer:
    command = RecordOutcome(linkage_id, body.outcome, caller.sub, caller.sites, expected)
    linkage = await handlers.record_outcome(command, tx)
    response.headers.update(etag(linkage.version))
    return LinkageAnswer.model_validate(linkage)
