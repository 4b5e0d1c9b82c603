"""The way to intake over HTTP: appointments, and the interview that completes it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from casework.edges import Key, Login, edit_by, refuse_future, refuse_past
from casework.intake import handlers, repository
from casework.intake.commands import CompleteIntake, ReleaseAppointment, ScheduleIntake
from casework.intake.domain import AppointmentState, Place
from casework.participants import repository as files
from casework.participants.api import FileAnswer
from casework.topics import Domain
from shared.callers import Caller, require
from shared.dates import Moment
from shared.edges import Body, Expected, etag
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of

router = APIRouter(
    prefix="/v1/participants/{key}", tags=["participants"], route_class=IdempotentRoute
)

Reader = Annotated[Caller, Depends(require("case-manager", "supervisor", "referral-desk"))]
Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]


class AppointmentBody(Body):
    """When, where and with whom. Without `interviewer`, the case manager holds it."""

    scheduled_for: Moment
    place: Place = Place.OFFICE
    interviewer: Login | None = None


class AppointmentOutcome(StrEnum):
    """What is said of one that stands; held is said by completing intake."""

    NOT_HELD = "not_held"


class OutcomeBody(Body):
    """That it did not take place, or will not. Why is nobody's business here."""

    outcome: AppointmentOutcome = AppointmentOutcome.NOT_HELD


class AppointmentAnswer(BaseModel):
    """A time that was set, and how it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    scheduled_for: datetime
    place: Place
    interviewer: str
    state: AppointmentState
    set_by: str
    set_at: datetime
    ended_at: datetime | None


class AppointmentSet(AppointmentAnswer):
    """A time just set, with a warning where it comes late."""

    warning: str | None = None


@router.post("/intake-appointments", status_code=201, summary="Set a time for the interview")
async def schedule_intake(
    key: Key, body: AppointmentBody, caller: Staff, expected: Expected, tx: Tx, response: Response
) -> AppointmentSet:
    refuse_past("/scheduled_for", body.scheduled_for, tx.now)
    edit = edit_by(caller, key, expected)
    appointment = await handlers.schedule_intake(ScheduleIntake(edit, **body.model_dump()), tx)
    file = await files.get_file(tx, key, caller.sites)
    response.headers.update(etag(file.version))
    answer = AppointmentSet.model_validate(appointment)
    if file.intake_due_at is not None and answer.scheduled_for > file.intake_due_at:
        answer.warning = "This is after the intake deadline."
    return answer


@router.get("/intake-appointments", summary="Times that were set, the latest first")
async def list_appointments(
    key: Key, caller: Reader, tx: Tx, limit: Limit = 50, cursor: UUID | None = None
) -> Page[AppointmentAnswer]:
    await files.get_file(tx, key, caller.sites)
    found = await repository.list_appointments(tx, key, limit=limit + 1, before=cursor)
    answers = [AppointmentAnswer.model_validate(appointment) for appointment in found]
    return page_of(answers, limit, lambda answer: str(answer.id))


@router.post(
    "/intake-appointments/{appointment_id}/outcome", summary="Say that it did not take place"
)
async def release_appointment(
    key: Key, appointment_id: UUID, body: OutcomeBody, caller: Staff, expected: Expected, tx: Tx
) -> AppointmentAnswer:
    command = ReleaseAppointment(edit_by(caller, key, expected), appointment_id)
    return AppointmentAnswer.model_validate(await handlers.release_appointment(command, tx))


class IntakeBody(Body):
    """The interview that completes intake."""

    started_at: Moment | None = None
    completed_at: Moment
    domains: Annotated[list[Domain], Field(min_length=1, max_length=len(Domain))]

    @model_validator(mode="after")
    def in_order(self) -> "IntakeBody":
        if self.started_at and self.started_at > self.completed_at:
            raise PydanticCustomError("ends_before_it_starts", "Complete it after its start.")
        return self


@router.post("/intake", status_code=201, summary="Complete intake, once")
async def complete_intake(
    key: Key, body: IntakeBody, caller: Staff, expected: Expected, tx: Tx, response: Response
) -> FileAnswer:
    refuse_future("/completed_at", body.completed_at, tx.now)
    edit = edit_by(caller, key, expected)
    command = CompleteIntake(edit, body.started_at, body.completed_at, tuple(body.domains))
    file = await handlers.complete_intake(command, tx)
    response.headers.update(etag(file.version))
    return FileAnswer.model_validate(file)
