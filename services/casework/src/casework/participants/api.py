"""Files over HTTP: read, change status."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from casework.edges import Key, edit_by
from casework.matching.people import list_former
from casework.participants import handlers, repository
from casework.participants.commands import ChangeStatus
from casework.participants.domain import ExitReason, InactiveReason, ParticipantFile, State, Step
from casework.participants.person import Person, display_name
from shared.callers import Caller, require
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=IdempotentRoute)

Reader = Annotated[Caller, Depends(require("case-manager", "supervisor", "referral-desk"))]
Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]


class FileAnswer(BaseModel):
    """A file without the person: safe to answer a change with."""

    model_config = ConfigDict(from_attributes=True)

    participant_key: str
    site: str
    state: State
    reason: str | None
    step: Step | None
    case_manager: str | None
    backup: str | None
    supervisor: str | None
    opened_at: datetime
    outreach_due_at: datetime | None
    outreach_at: datetime | None
    reached_at: datetime | None
    intake_due_at: datetime | None
    intake_scheduled_for: datetime | None
    intake_completed_at: datetime | None
    enrolled_at: datetime | None


class PersonAnswer(BaseModel):
    """Who the file is about, as given."""

    model_config = ConfigDict(from_attributes=True)

    given: str | None
    middle: str | None
    surname: str | None
    suffix: str | None
    chosen_given: str | None
    chosen_surname: str | None
    aliases: list[str]
    dob: date | None
    sex: str | None


class ParticipantAnswer(FileAnswer):
    """A file with its person."""

    display_name: str
    person: PersonAnswer


@router.get("", summary="Files at the caller's sites")
async def list_participants(
    caller: Reader,
    tx: Tx,
    referral_id: UUID | None = None,
    state: State | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Page[ParticipantAnswer]:
    files = await repository.list_files(
        tx, caller.sites, limit=limit + 1, after=cursor, state=state, referral_id=referral_id
    )
    found = await repository.list_people(tx, [file.participant_key for file in files])
    answers = [_answer(file, found[file.participant_key]) for file in files]
    return page_of(answers, limit, lambda answer: answer.participant_key)


@router.get("/{key}", summary="One file")
async def get_participant(
    key: Key, caller: Reader, tx: Tx, response: Response
) -> ParticipantAnswer:
    file = await repository.get_file(tx, key, caller.sites)
    response.headers.update(etag(file.version))
    return _answer(file, (await repository.list_people(tx, [key]))[key])


def _answer(file: ParticipantFile, person: Person) -> ParticipantAnswer:
    return ParticipantAnswer(
        **FileAnswer.model_validate(file).model_dump(),
        display_name=display_name(*person.shown_as),
        person=PersonAnswer.model_validate(person),
    )


class FormerFile(BaseModel):
    """Another file of the same person: merged, or left before a new referral."""

    participant_key: str
    opened_at: datetime
    state: State
    reason: str | None
    why: str
    linked_at: datetime
    linked_by: str


@router.get("/{key}/former-files", summary="Other files of the same person that stand for this one")
async def list_former_files(key: Key, caller: Reader, tx: Tx) -> list[FormerFile]:
    """A reviewer parts what was linked wrongly (`POST /v1/people/unmerge`)."""
    await repository.get_file(tx, key, caller.sites)
    return [FormerFile(**row) for row in await list_former(tx, key)]


class StatusBody(Body):
    """How engagement stands. `inactive` and `exited` need a reason of their own kind."""

    state: State
    reason: InactiveReason | ExitReason | None = None
    # The fresh release under which somebody else takes over; needed for `transferred` only.
    consent_id: UUID | None = None

    @model_validator(mode="after")
    def reason_fits(self) -> "StatusBody":
        kinds: dict[State, type] = {
            State.ACTIVE: type(None), State.INACTIVE: InactiveReason, State.EXITED: ExitReason
        }  # fmt: skip
        if not isinstance(self.reason, kinds.get(self.state, bool)):
            raise PydanticCustomError("reason_unfit", "Give a reason that belongs to the state.")
        return self


@router.post("/{key}/status", summary="Say how engagement stands")
async def change_status(
    key: Key, body: StatusBody, caller: Staff, expected: Expected, tx: Tx, response: Response
) -> FileAnswer:
    edit = edit_by(caller, key, expected)
    command = ChangeStatus(edit, body.state, body.reason, body.consent_id)
    file = await handlers.change_status(command, tx)
    response.headers.update(etag(file.version))
    return FileAnswer.model_validate(file)
