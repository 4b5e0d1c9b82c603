"""Coverage for people: who is there, who is not, and where nobody is."""

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from notifier.contacts.pages import site_of
from notifier.coverage import days, handlers, views
from notifier.coverage.api import AbsenceBody, Name, NoteBody, RotationBody, SwapBody
from notifier.coverage.commands import (
    AddAbsence,
    CancelAbsence,
    CancelSwap,
    LeaveNote,
    PutRotation,
    RenewDutyLink,
    SwapDuty,
)
from notifier.staff.repository import list_staff
from shared.callers import Caller
from shared.database import Transaction
from shared.dates import Day, LocalMoment, TimeOfDay
from shared.errors import Invalid
from shared.idempotency import Tx
from shared.page_session import PageRoute, require_page, root_of
from shared.pages import templates
from shared.problems import field_errors
from shared.sites import zone_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGES = templates("notifier")
Body = TypeVar("Body", bound=BaseModel)


class _Named(BaseModel):
    name: Name


Person = Annotated[Caller, Depends(require_page("case-manager", "supervisor"))]
Keeper = Annotated[Caller, Depends(require_page("supervisor"))]
Text = Annotated[str, Form(max_length=4_000)]
Local = Annotated[LocalMoment, Form()]
DAYS = 14


@router.get("/coverage")
async def show_coverage(request: Request, caller: Person, tx: Tx) -> Response:
    """Gaps first, then day by day, then what can be changed."""
    return await _page(request, caller, tx)


async def _page(
    request: Request, caller: Caller, tx: Transaction, *, link: str | None = None
) -> Response:
    site = site_of(caller)
    shown = await views.coverage_of(site, tx.now, tx.now + timedelta(days=DAYS), tx)
    staff = await list_staff(tx, [site])
    names = {one.sub: one.name for one in staff}
    return PAGES.render(
        request,
        "coverage.html",
        caller=caller,
        site=site,
        shown=shown,
        days=days.by_day(shown, tx.now, DAYS, zone_of(site)),
        colleagues=[one for one in staff if not one.privacy_officer],
        person=lambda sub: names.get(sub, sub),
        link=link,
        supervises=caller.has("supervisor"),
        today=tx.now.astimezone(zone_of(site)).date(),
    )


def _checked(kind: type[Body], **values: Any) -> Body:
    """The same rules as for the API. Raises Invalid."""
    try:
        return kind(**values)
    except ValidationError as error:
        raise Invalid(field_errors(error.errors())[0].hint) from None


def _at(value: datetime, site: str) -> datetime:
    """What is typed into a form is on the site's clock."""
    return value if value.tzinfo else value.replace(tzinfo=zone_of(site))


@router.post("/coverage/absences")
async def add_absence(
    request: Request,
    caller: Person,
    tx: Tx,
    sub: Text,
    starts_at: Local,
    ends_at: Local,
    backup: Text = "",
    note: Text = "",
) -> Response:
    site = site_of(caller)
    span = {"starts_at": _at(starts_at, site), "ends_at": _at(ends_at, site)}
    body = _checked(
        AbsenceBody, site=site, sub=sub, backup=backup or None, note=note or None, **span
    )
    await handlers.add_absence(AddAbsence(caller=caller, **body.model_dump()), tx)
    return _back(request)


@router.post("/coverage/absences/{absence_id}/cancellation")
async def cancel_absence(request: Request, absence_id: UUID, caller: Person, tx: Tx) -> Response:
    await handlers.cancel_absence(CancelAbsence(caller, absence_id), tx)
    return _back(request)


@router.post("/coverage/rotations")
async def put_rotation(
    request: Request,
    caller: Keeper,
    tx: Tx,
    name: Text,
    starts_on: Annotated[Day, Form()],
    changes_at: Annotated[TimeOfDay, Form()],
    days_each: Annotated[int, Form()],
    members: Annotated[list[str], Form()],
    version: Annotated[int, Form()] = 0,
) -> Response:
    """Members in the order in which they were chosen."""
    site = site_of(caller)
    body = _checked(
        RotationBody,
        site=site,
        members=[member for member in members if member],
        starts_on=starts_on,
        changes_at=changes_at,
        days=days_each,
    )
    name = _checked(_Named, name=name).name
    values = body.model_dump() | {"members": tuple(body.members)}
    await handlers.put_rotation(
        PutRotation(caller=caller, name=name, expected=version, **values), tx
    )
    return _back(request)


@router.post("/coverage/swaps")
async def swap_duty(
    request: Request,
    caller: Keeper,
    tx: Tx,
    rotation: Text,
    sub: Text,
    starts_at: Local,
    ends_at: Local,
) -> Response:
    site = site_of(caller)
    span = {"starts_at": _at(starts_at, site), "ends_at": _at(ends_at, site)}
    body = _checked(SwapBody, site=site, rotation=rotation, sub=sub, **span)
    await handlers.swap_duty(SwapDuty(caller=caller, **body.model_dump()), tx)
    return _back(request)


@router.post("/coverage/swaps/{swap_id}/cancellation")
async def cancel_swap(request: Request, swap_id: UUID, caller: Keeper, tx: Tx) -> Response:
    await handlers.cancel_swap(CancelSwap(caller, swap_id), tx)
    return _back(request)


@router.post("/coverage/notes")
async def leave_note(request: Request, caller: Person, tx: Tx, text: Text) -> Response:
    body = _checked(NoteBody, site=site_of(caller), text=text)
    await handlers.leave_note(LeaveNote(caller, body.site, body.text), tx)
    return _back(request)


@router.post("/coverage/link")
async def renew_link(request: Request, caller: Person, tx: Tx) -> Response:
    """The new link is on the page that answers, and nowhere else ever again."""
    secret = await handlers.renew_duty_link(RenewDutyLink(caller, site_of(caller)), tx)
    return await _page(request, caller, tx, link=secret)


def _back(request: Request) -> Response:
    return RedirectResponse(f"{root_of(request)}/coverage", 303)
