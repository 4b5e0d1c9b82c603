"""What is known of a person, and its corrections, over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from casework.assignments.api import policy_of
from casework.edges import Key, edit_by
from casework.facts import handlers, repository
from casework.facts.commands import AddNumber, CorrectPerson, RemoveNumber
from casework.facts.domain import Fact
from casework.facts.handlers import Corrected
from casework.participants import repository as files
from shared.callers import Caller, require
from shared.dates import AnyDay
from shared.edges import Body, Expected, etag
from shared.errors import FieldError, Invalid
from shared.events import IdentifierPart
from shared.idempotency import IdempotentRoute, Tx
from shared.placeholders import is_no_number
from shared.reports import IdentifierIn, birth_fault
from shared.text import ONE_LINE

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Reason = Annotated[
    str, Field(min_length=3, max_length=500, description="Why, in plain words."), ONE_LINE
]
NumberId = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class CorrectionBody(Body):
    """The date of birth or the sex as it should be; `null` says that it is not known."""

    dob: AnyDay | None = None
    sex: Literal["F", "M", "X"] | None = None
    reason: Reason

    @model_validator(mode="after")
    def corrects_something(self) -> "CorrectionBody":
        if not self.model_fields_set & {"dob", "sex"}:
            raise PydanticCustomError("nothing_given", "Give the date of birth or the sex.")
        return self

    def command(self, caller: Caller, key: str, expected: int | None, today: date) -> CorrectPerson:
        """Raises Invalid for a date of birth that cannot be an adult's."""
        if self.dob is not None and (fault := birth_fault(self.dob, today)):
            raise Invalid(errors=(FieldError("/dob", *fault),))
        values = self.model_dump(include={"dob", "sex"} & self.model_fields_set)
        return CorrectPerson(edit_by(caller, key, expected), values, self.reason)


class NumberBody(Body):
    """A number under which a source system knows the person, and why it is added."""

    system: Annotated[str, Field(min_length=1, max_length=40), ONE_LINE]
    value: Annotated[str, Field(min_length=1, max_length=60), ONE_LINE]
    reason: Reason

    @model_validator(mode="after")
    def is_a_number(self) -> "NumberBody":
        IdentifierIn(system=self.system, value=self.value)
        if is_no_number(self.value):
            raise PydanticCustomError("placeholder", "This stands for a number that is not known.")
        return self

    def command(self, caller: Caller, key: str, expected: int | None) -> AddNumber:
        number = IdentifierPart(system=self.system, value=self.value)
        return AddNumber(edit_by(caller, key, expected), number, self.reason)


class RemovalBody(Body):
    """Why the number is not this person's."""

    reason: Reason


class KeptCorrection(BaseModel):
    """Which correction was kept, without values: answers to changes are stored for repetitions."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    field: Fact
    corrected_at: datetime


class CorrectionAnswer(KeptCorrection):
    """What was on file before and what is since. Of a number only its system is named (R-25)."""

    old_value: str | None
    new_value: str | None
    reason: str
    corrected_by: str


class NumberAnswer(BaseModel):
    """One number on file: never the number itself (R-25)."""

    id: str
    system: str | None
    learned_at: datetime | None
    reported: bool = Field(description="Learned from a referral or report, not told by staff.")


@router.get("/{key}/corrections", summary="What was corrected, by whom and why, latest first")
async def list_corrections(key: Key, caller: Staff, tx: Tx) -> list[CorrectionAnswer]:
    await files.get_file(tx, key, caller.sites)
    found = await repository.list_corrections(tx, key)
    return [CorrectionAnswer.model_validate(correction) for correction in found]


@router.post("/{key}/corrections", status_code=201, summary="Correct date of birth or sex")
async def correct_person(
    key: Key, body: CorrectionBody, caller: Staff, expected: Expected, tx: Tx, request: Request,
    response: Response,
) -> list[KeptCorrection]:  # fmt: skip
    """Reports of the look-back are matched anew; whoever was told wrongly hears of it."""
    command = body.command(caller, key, expected, tx.now.date())
    return _kept(await handlers.correct_person(command, tx, policy_of(request)), response)


@router.get("/{key}/numbers", summary="Under which systems' numbers the person is known")
async def list_numbers(key: Key, caller: Staff, tx: Tx) -> list[NumberAnswer]:
    await files.get_file(tx, key, caller.sites)
    return [NumberAnswer(**row) for row in await repository.list_numbers(tx, key)]


@router.post("/{key}/numbers", status_code=201, summary="Keep one more number")
async def add_number(
    key: Key, body: NumberBody, caller: Staff, expected: Expected, tx: Tx, request: Request,
    response: Response,
) -> list[KeptCorrection]:  # fmt: skip
    command = body.command(caller, key, expected)
    return _kept(await handlers.add_number(command, tx, policy_of(request)), response)


@router.post("/{key}/numbers/{number_id}/removal", summary="A number is not this person's")
async def remove_number(
    key: Key, number_id: NumberId, body: RemovalBody, caller: Staff, expected: Expected, tx: Tx,
    request: Request, response: Response,
) -> list[KeptCorrection]:  # fmt: skip
    command = RemoveNumber(edit_by(caller, key, expected), number_id, body.reason)
    return _kept(await handlers.remove_number(command, tx, policy_of(request)), response)


def _kept(corrected: Corrected, response: Response) -> list[KeptCorrection]:
    file, made = corrected
    response.headers.update(etag(file.version))
    return [KeptCorrection.model_validate(correction) for correction in made]
