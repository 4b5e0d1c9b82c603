"""Coverage over HTTP."""

from datetime import time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from notifier.coverage import handlers, views
from notifier.coverage.commands import (
    AddAbsence,
    CancelAbsence,
    CancelSwap,
    EndRotation,
    LeaveNote,
    PutRotation,
    RenewDutyLink,
    SwapDuty,
)
from shared.callers import Caller, require
from shared.dates import Day, Moment, TimeOfDay
from shared.edges import Expected, etag
from shared.errors import Invalid
from shared.idempotency import IdempotentRoute, Tx
from shared.stored_answers import shown_once
from shared.text import PROSE

router = APIRouter(tags=["coverage"], route_class=IdempotentRoute)

Member = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Keeper = Annotated[Caller, Depends(require("supervisor"))]
Site = Annotated[str, Field(min_length=1, max_length=60)]
Sub = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.@:|+-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\w][\w .-]*$")]
NameInPath = Annotated[str, Path(min_length=1, max_length=60, pattern=r"^[\w][\w .-]*$")]
Text = Annotated[str, Field(min_length=1, max_length=4_000), PROSE]
LONGEST = timedelta(days=366)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Span(_Body):
    starts_at: Moment
    ends_at: Moment

    @model_validator(mode="after")
    def _in_order(self) -> "_Span":
        if not views.in_our_times(self.starts_at):
            raise PydanticCustomError("not_possible", "starts_at must be within 2000 and 2200.")
        if not timedelta() < self.ends_at - self.starts_at <= LONGEST:
            raise PydanticCustomError(
                "not_possible", "ends_at must be after starts_at, by a year at most."
            )
        return self


class AbsenceBody(_Span):
    """Somebody is away. The note is for whoever stands in, and is sealed."""

    site: Site
    sub: Sub
    backup: Sub | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _backed_up_by_another(self) -> "AbsenceBody":
        if self.backup == self.sub:
            raise PydanticCustomError("not_possible", "The backup must be somebody else.")
        return self


class RotationBody(_Body):
    """Members take turns of so many days, changing over at a time of day on the site's clock."""

    site: Site
    members: Annotated[list[Sub], Field(min_length=1, max_length=50)]
    starts_on: Day
    changes_at: TimeOfDay = time(9)
    days: Annotated[int, Field(ge=1, le=28)] = 7

    @model_validator(mode="after")
    def _in_our_times(self) -> "RotationBody":
        if not 2000 <= self.starts_on.year < 2200:
            raise PydanticCustomError("not_possible", "starts_on must be within 2000 and 2200.")
        return self


class SwapBody(_Span):
    """Somebody takes the duty of a rotation for a while."""

    site: Site
    rotation: Name
    sub: Sub


class NoteBody(_Body):
    """What the next one should know."""

    site: Site
    text: Text


class SiteBody(_Body):
    """At which site."""

    site: Site


class LinkView(BaseModel):
    """The private part of a calendar's address: /v1/me/duty.ics?link=..."""

    link: str


@router.get("/v1/coverage")
async def show_coverage(
    caller: Member,
    tx: Tx,
    site: Annotated[str, Query(max_length=60)],
    days: Annotated[int, Query(ge=1, le=60)] = 14,
    since: Annotated[Moment | None, Query(alias="from")] = None,
) -> views.CoverageView:
    """Who is on duty, who is away, where nobody is, and the notes of the last two weeks."""
    caller.at_site(site)
    start = since or tx.now
    if not views.in_our_times(start):
        raise Invalid("`from` must be within 2000 and 2200.")
    return await views.coverage_of(site, start, start + timedelta(days=days), tx)


@router.post("/v1/coverage/absences", status_code=201)
async def add_absence(body: AbsenceBody, caller: Member, tx: Tx) -> views.AbsenceView:
    """One's own; a supervisor anybody's."""
    caller.at_site(body.site)
    absence = await handlers.add_absence(AddAbsence(caller=caller, **body.model_dump()), tx)
    return views.AbsenceView(**absence.model_dump())


@router.post("/v1/coverage/absences/{absence_id}/cancellation")
async def cancel_absence(absence_id: UUID, caller: Member, tx: Tx) -> views.AbsenceView:
    absence = await handlers.cancel_absence(CancelAbsence(caller, absence_id), tx)
    return views.AbsenceView(**absence.model_dump())


@router.put("/v1/coverage/rotations/{name}")
async def put_rotation(
    name: NameInPath,
    body: RotationBody,
    caller: Keeper,
    tx: Tx,
    response: Response,
    expected: Expected,
) -> views.RotationView:
    """Create or change. `If-Match` has the version's ETag: 412 when somebody else changed it."""
    caller.at_site(body.site)
    values = body.model_dump() | {"members": tuple(body.members)}
    command = PutRotation(caller=caller, name=name, expected=expected, **values)
    rotation = await handlers.put_rotation(command, tx)
    response.headers.update(etag(rotation.version))
    return views.RotationView(**rotation.model_dump())


@router.post("/v1/coverage/rotations/{name}/end", status_code=204)
async def end_rotation(name: NameInPath, body: SiteBody, caller: Keeper, tx: Tx) -> None:
    caller.at_site(body.site)
    await handlers.end_rotation(EndRotation(caller, body.site, name), tx)


@router.post("/v1/coverage/swaps", status_code=201)
async def swap_duty(body: SwapBody, caller: Keeper, tx: Tx) -> views.SwapView:
    """Of two swaps for the same time the later one holds."""
    caller.at_site(body.site)
    swap = await handlers.swap_duty(SwapDuty(caller=caller, **body.model_dump()), tx)
    return views.SwapView(**swap.model_dump())


@router.post("/v1/coverage/swaps/{swap_id}/cancellation")
async def cancel_swap(swap_id: UUID, caller: Keeper, tx: Tx) -> views.SwapView:
    swap = await handlers.cancel_swap(CancelSwap(caller, swap_id), tx)
    return views.SwapView(**swap.model_dump())


@router.post("/v1/coverage/notes", status_code=201)
async def leave_note(body: NoteBody, caller: Member, tx: Tx) -> views.NoteView:
    caller.at_site(body.site)
    note = await handlers.leave_note(LeaveNote(caller, body.site, body.text), tx)
    return views.note_of(note, tx.ring)


@router.post("/v1/me/duty-link", status_code=201)
@shown_once
async def renew_duty_link(body: SiteBody, caller: Member, tx: Tx) -> LinkView:
    """A new private link to one's calendar. It is shown once; the one before ends."""
    caller.at_site(body.site)
    return LinkView(link=await handlers.renew_duty_link(RenewDutyLink(caller, body.site), tx))
