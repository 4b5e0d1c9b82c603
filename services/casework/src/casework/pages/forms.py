"""What the forms of a participant's file do. Each ends at the page that it came from."""

import re
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from casework.consents import handlers as consents
from casework.consents.bodies import ConsentBody
from casework.consents.commands import RevokeConsent, SignConsent
from casework.consents.domain import Channel
from casework.edges import Key, edit_by, refuse_future, refuse_past
from casework.encounters import handlers as encounters
from casework.encounters.api import EncounterBody
from casework.encounters.commands import RecordEncounter
from casework.intake import handlers as intakes
from casework.intake.api import AppointmentBody, IntakeBody
from casework.intake.commands import CompleteIntake, ReleaseAppointment, ScheduleIntake
from casework.pages.board import Staff
from casework.participants import handlers, repository
from casework.participants.api import StatusBody
from casework.participants.commands import ChangeStatus
from casework.participants.domain import State
from casework.plans import handlers as plans
from casework.plans.api import PlanBody
from casework.plans.commands import WritePlan
from casework.plans.repository import find_current_plan
from casework.work import handlers as work
from casework.work.commands import TickOff
from casework.work.domain import Outcome
from shared.callers import Caller
from shared.database import Transaction
from shared.dates import Day
from shared.edges import Body
from shared.errors import FieldError, Invalid
from shared.idempotency import Tx
from shared.page_session import PageRoute, root_of
from shared.problems import field_errors
from shared.sites import zone_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Text = Annotated[str, Form(max_length=10_000, pattern=r"^[^\x00]*$")]
Texts = Annotated[list[str], Form(default_factory=list, max_length=60)]
Version = Annotated[int | None, Form()]
Model = TypeVar("Model", bound=Body)
# As browsers send a field for a moment; digits alone would be another form of ISO 8601.
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


def checked(model: type[Model], **values: object) -> Model:
    """The same rules as the API's. Raises Invalid."""
    try:
        return model.model_validate({k: v for k, v in values.items() if v not in ("", None)})
    except ValidationError as error:
        raise Invalid(errors=tuple(field_errors(error.errors(include_url=False)))) from None


def back_to(request: Request, key: str, page: str = "") -> Response:
    return RedirectResponse(f"{root_of(request)}/participants/{key}{page}", 303)


async def local(tx: Transaction, key: str, caller: Caller, name: str, text: str) -> datetime:
    """A time as the form's field `name` has it, where the site is. Raises Invalid."""
    file = await repository.get_file(tx, key, caller.sites)
    if not LOCAL_TIME.fullmatch(text):
        raise _no_time(name)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone_of(file.site))
    except ValueError:
        raise _no_time(name) from None


def _no_time(name: str) -> Invalid:
    return Invalid(errors=(FieldError(f"/{name}", "not_a_time", "Give day and time."),))


async def past(tx: Transaction, key: str, caller: Caller, name: str, text: str) -> datetime:
    """`local` for what happened: a time ahead is refused, never changed."""
    at = await local(tx, key, caller, name, text)
    refuse_future(f"/{name}", at, tx.now)
    return at


@router.post("/participants/{key}/status")
async def change_status(
    request: Request, key: Key, caller: Staff, tx: Tx, status: Text, version: Version = None
) -> Response:
    state, _, reason = status.partition(":")
    if state == State.EXITED:
        # Asked once more, on a page of its own.
        return back_to(request, key, "/exit")
    body = checked(StatusBody, state=state, reason=reason)
    edit = edit_by(caller, key, version)
    await handlers.change_status(ChangeStatus(edit, body.state, body.reason), tx)
    return back_to(request, key)


@router.post("/participants/{key}/intake")
async def complete_intake(
    request: Request, key: Key, caller: Staff, tx: Tx, completed_at: Text, domains: Texts
) -> Response:
    at = await past(tx, key, caller, "completed_at", completed_at)
    body = checked(IntakeBody, completed_at=at, domains=domains)
    edit = edit_by(caller, key, None)
    command = CompleteIntake(edit, None, body.completed_at, tuple(body.domains))
    await intakes.complete_intake(command, tx)
    return back_to(request, key)


@router.post("/participants/{key}/intake-appointments")
async def schedule_intake(
    request: Request,
    key: Key,
    caller: Staff,
    tx: Tx,
    scheduled_for: Text,
    place: Text,
    interviewer: Text = "",
) -> Response:
    at = await local(tx, key, caller, "scheduled_for", scheduled_for)
    refuse_past("/scheduled_for", at, tx.now)
    body = checked(AppointmentBody, scheduled_for=at, place=place, interviewer=interviewer)
    edit = edit_by(caller, key, None)
    await intakes.schedule_intake(ScheduleIntake(edit, **body.model_dump()), tx)
    return back_to(request, key)


@router.post("/participants/{key}/intake-appointments/{appointment_id}/outcome")
async def release_appointment(
    request: Request, key: Key, appointment_id: UUID, caller: Staff, tx: Tx
) -> Response:
    edit = edit_by(caller, key, None)
    await intakes.release_appointment(ReleaseAppointment(edit, appointment_id), tx)
    return back_to(request, key)


@router.post("/participants/{key}/plan")
async def write_plan(
    request: Request,
    key: Key,
    caller: Staff,
    tx: Tx,
    domain: Texts,
    statement: Texts,
    steps: Texts,
    agreed: Annotated[bool, Form()] = False,
    review_on: Annotated[Day | None, Form()] = None,
    version: Version = None,
) -> Response:
    """A goal without words is left out; a step is a line."""
    goals = [
        {
            "domain": d,
            "statement": s.replace("\r\n", "\n"),
            "steps": [line for line in t.splitlines() if line.strip()],
        }
        for d, s, t in zip(domain, statement, steps, strict=False)
        if s.strip()
    ]
    agreed_at = tx.now if agreed else None
    body = checked(PlanBody, goals=goals, agreed_at=agreed_at, review_on=review_on)
    await repository.get_file(tx, key, caller.sites)
    current = await find_current_plan(tx, key)
    before = current.goals(tx.ring) if current else ()
    content = tuple(goal.carried_on(before) for goal in body.content())
    edit = edit_by(caller, key, version)
    await plans.write_plan(WritePlan(edit, content, agreed_at, body.review_on), tx)
    return back_to(request, key)


@router.post("/participants/{key}/encounters")
async def record_encounter(
    request: Request,
    key: Key,
    caller: Staff,
    tx: Tx,
    kind: Text,
    began_at: Text,
    minutes: Annotated[int, Form()],
    goals: Texts,
    note: Text = "",
    not_found: Annotated[bool, Form()] = False,
) -> Response:
    at = await past(tx, key, caller, "began_at", began_at)
    said = {"kind": kind, "began_at": at, "minutes": minutes, "goals": goals, "note": note}
    body = checked(EncounterBody, reached=not not_found, **said)
    command = RecordEncounter(edit=edit_by(caller, key, None), **body.model_dump())
    await encounters.record_encounter(command, tx)
    return back_to(request, key)


@router.post("/participants/{key}/consents")
async def sign_consent(
    request: Request,
    key: Key,
    caller: Staff,
    tx: Tx,
    org: Text,
    role: Text,
    purpose: Text,
    template_version: Text,
    evidence: Text,
    categories: Texts,
    expires_on: Annotated[Day | None, Form()] = None,
) -> Response:
    """One recipient; what more is to be covered is another release."""
    file = await repository.get_file(tx, key, caller.sites)
    recipient = {"org": org, "role": role}
    body = checked(
        ConsentBody,
        template_version=template_version,
        language="en",
        signature_evidence=evidence,
        signed_at=tx.now,
        effective_from=tx.now.astimezone(zone_of(file.site)).date(),
        expires={"on": expires_on} if expires_on else None,
        grants=[{"recipient": recipient, "categories": categories, "purposes": [purpose]}],
    )
    command = SignConsent(edit_by(caller, key, None), body.terms(), body.signature())
    await consents.sign_consent(command, tx)
    return back_to(request, key, "/consents")


@router.post("/consents/{consent_id}/revocation")
async def revoke_consent(
    request: Request,
    consent_id: UUID,
    caller: Staff,
    tx: Tx,
    channel: Annotated[Channel | None, Form()] = None,
) -> Response:
    command = RevokeConsent(consent_id, caller.sub, caller.sites, channel)
    consent = await consents.revoke_consent(command, tx)
    return back_to(request, consent.participant_key, "/consents")


@router.post("/work/{item_id}/closure")
async def tick_off(request: Request, item_id: UUID, caller: Staff, tx: Tx) -> Response:
    item = await work.tick_off(TickOff(item_id, Outcome.DONE, caller.sub, caller.sites), tx)
    return back_to(request, item.participant_key)
