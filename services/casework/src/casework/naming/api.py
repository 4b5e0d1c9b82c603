"""A participant's names over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from casework.assignments.api import policy_of
from casework.edges import Key, edit_by
from casework.naming import handlers, repository
from casework.naming.commands import RecordName, WithdrawName
from casework.naming.domain import NameKind
from casework.participants import repository as files
from shared.callers import Caller, require
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.text import ONE_LINE

router = APIRouter(prefix="/v1/participants", tags=["names"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Text = Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]


class NameBody(Body):
    """At least a given name or a surname; nobody is called only "Jr."."""

    kind: NameKind
    given: Text | None = None
    middle: Text | None = None
    surname: Text | None = None
    suffix: Annotated[str, Field(min_length=1, max_length=20), ONE_LINE] | None = None

    @model_validator(mode="after")
    def names_somebody(self) -> "NameBody":
        if not (self.given or self.surname):
            raise PydanticCustomError("nameless", "Give a given name or a surname.")
        if self.kind is NameKind.CHOSEN and not self.given:
            raise PydanticCustomError("nameless", "Give the given name that they chose.")
        return self

    def command(self, caller: Caller, key: str, expected: int | None) -> RecordName:
        return RecordName(
            edit_by(caller, key, expected), self.kind, self.model_dump(exclude={"kind"})
        )


class NameAnswer(BaseModel):
    """A name as it was told, and until when it was in use."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: NameKind
    given: str | None
    middle: str | None
    surname: str | None
    suffix: str | None
    recorded_by: str
    recorded_at: datetime
    ended_at: datetime | None


class KeptName(BaseModel):
    """Which name was kept, without the name: answers to changes are stored for repetitions."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: NameKind
    recorded_at: datetime


@router.get("/{key}/names", summary="The names that were told of a participant")
async def list_names(key: Key, caller: Staff, tx: Tx) -> list[NameAnswer]:
    await files.get_file(tx, key, caller.sites)
    return [NameAnswer.model_validate(name) for name in await repository.list_names(tx, key)]


@router.post("/{key}/names", status_code=201, summary="Keep one more name")
async def record_name(
    key: Key, body: NameBody, caller: Staff, expected: Expected, tx: Tx, request: Request,
    response: Response,
) -> KeptName:  # fmt: skip
    command = body.command(caller, key, expected)
    file, name = await handlers.record_name(command, tx, policy_of(request))
    response.headers.update(etag(file.version))
    return KeptName.model_validate(name)


@router.post(
    "/{key}/names/{name_id}/withdrawal", status_code=204, summary="A name is used no longer"
)
async def withdraw_name(
    key: Key, name_id: UUID, caller: Staff, expected: Expected, tx: Tx
) -> Response:
    """What was chosen is shown no longer; it is still matched, for others go on writing it."""
    edit = edit_by(caller, key, expected)
    file = await handlers.withdraw_name(WithdrawName(edit, name_id), tx)
    return Response(status_code=204, headers=etag(file.version))
