"""The smallest service that uses all of the spine: what the proofs in this folder run against.

`uvicorn tests.integration.spine.toy:create_app --factory` runs it as a process that may be killed.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.callers import Caller, require
from shared.clock import Clock
from shared.config import ServiceSettings
from shared.database import Transaction, publish
from shared.errors import Conflict
from shared.events import Event, PersonPart, Report
from shared.idempotency import IdempotentRoute, Tx
from shared.ids import new_id
from shared.messages import Subscription, Subscriptions
from shared.migrations import spine_0001, spine_0002, spine_0003, spine_0004, spine_0005
from shared.sealing import Identity, Public
from shared.service import Service
from shared.service import create_app as create_service_app
from shared.supervisor import end_process
from shared.timers import Timer

SITE = "king-county"
TABLES = (
    "CREATE TABLE note (id uuid PRIMARY KEY, subject text NOT NULL, number int NOT NULL)",
    # No unique column on purpose: a second effect of one event must show.
    """CREATE TABLE effect (position int GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL,
                           subject text NOT NULL, number int NOT NULL, remark text)""",
    "CREATE TABLE fussy (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE rung (subject text NOT NULL)",
)
RETRY_ONCE: set[str] = set()


class Noted(Event):
    """Sent when a note is written."""

    service = "toy"

    number: Public[int]
    text: Identity[str] = ""
    remark: Public[str | None] = None


class Underlined(Event):
    """Sent when a note is underlined: a type that only the next version of the toy handles."""

    service = "toy"

    number: Public[int]


class NoteReported(Report):
    """Sent when an agency reports a note."""

    service = "toy"


class NoteRefused(Conflict):
    """This note is refused by a rule."""


async def on_noted(event: Noted, tx: Transaction) -> None:
    """Writes the effect; some texts make it fail, as bugs, rules and outages do."""
    if event.text.startswith("poison"):
        raise ValueError(f"cannot handle {event.text}")
    if event.text == "refused":
        raise NoteRefused
    if event.text.startswith("outage") and event.text not in RETRY_ONCE:
        RETRY_ONCE.add(event.text)
        raise ConnectionResetError(event.text)
    await tx.raw.execute(
        "INSERT INTO effect (event_id, subject, number, remark) VALUES ($1, $2, $3, $4)",
        event.id,
        event.subject,
        event.number,
        event.remark,
    )


async def on_underlined(event: Underlined, tx: Transaction) -> None:
    """Writes the same effect as a note."""
    await on_noted(Noted(**event.model_dump()), tx)


async def on_ring(timer: Timer, tx: Transaction) -> None:
    """A timer that works."""
    await tx.raw.execute("INSERT INTO rung (subject) VALUES ($1)", timer.subject)


async def on_break(timer: Timer, tx: Transaction) -> None:
    """A timer whose handler never works."""
    await on_ring(timer, tx)
    raise ValueError(timer.subject)


class NoteIn(BaseModel):
    """A body with enough kinds of fields to get them all wrong."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    number: Annotated[int, Field(ge=0)] = 0
    text: Annotated[str, Field(max_length=200)] = ""
    at: AwareDatetime | None = None
    tags: dict[str, UUID] = {}
    people: list[PersonPart] = []


class ReportIn(BaseModel):
    """A report of one version of one record."""

    record: str
    version: int = 1
    surname: str = "Muster"


Writer = Annotated[Caller, Depends(require("case-manager"))]
Reporter = Annotated[Caller, Depends(require("agency-reporter"))]
router = APIRouter(route_class=IdempotentRoute)


@router.post("/v1/notes", status_code=201)
async def write_note(body: NoteIn, _: Writer, tx: Tx) -> dict[str, str]:
    note_id = new_id()
    await tx.raw.execute("INSERT INTO note VALUES ($1, $2, $3)", note_id, body.subject, body.number)
    publish(tx, noted(body.subject, body.number, body.text))
    return {"id": str(note_id)}


@router.post("/v1/notes/{note_id}/shred")
async def shred_note(note_id: UUID, body: NoteIn, _: Writer, tx: Tx) -> None:
    raise NoteRefused


@router.post("/v1/slow-notes", status_code=201)
async def write_note_slowly(request: Request, body: NoteIn, _: Writer, tx: Tx) -> dict[str, str]:
    await request.app.state.may_finish.wait()
    return await write_note(body, _, tx)


@router.post("/v1/doomed-notes", status_code=201)
async def write_doomed_note(body: NoteIn, _: Writer, tx: Tx) -> dict[str, str]:
    """Everything in it works, except its COMMIT."""
    await tx.raw.execute("INSERT INTO fussy (id) VALUES ($1), ($1)", body.number)
    return await write_note(body, _, tx)


@router.post("/v1/hushed-notes", status_code=201)
async def write_hushed_note(body: NoteIn, _: Writer, tx: Tx) -> dict[str, str]:
    """Swallows a database error, after which PostgreSQL answers COMMIT by rolling back."""
    try:
        await tx.raw.execute("SELECT 1 / 0")
    except Exception:
        return {"id": "none"}
    raise AssertionError


@router.post("/v1/broken-notes", status_code=201)
async def write_broken_note(body: NoteIn, _: Writer, tx: Tx) -> dict[str, str]:
    await write_note(body, _, tx)
    raise ValueError(body.text)


@router.post("/v1/reports", status_code=202)
async def report_note(request: Request, body: ReportIn, caller: Reporter) -> dict[str, str]:
    intake, key = request.app.state.runtime.intake, request.headers.get("idempotency-key")
    report = reported(body.record, body.version, body.surname)
    receipt = await intake.accept(report, sub=caller.sub, idempotency_key=key)
    return {"receipt": str(receipt)}


@router.post("/v1/death", status_code=204)
async def kill_task(request: Request, _: Writer) -> Response:
    """One of the background tasks dies, as by a bug."""
    request.app.state.may_die.set()
    return Response(status_code=204)


def noted(subject: str, number: int, text: str = "", **more: Any) -> Noted:
    return Noted(
        site=SITE, subject=subject, occurred_at=datetime.now(UTC), number=number, text=text, **more
    )


def reported(record: str, version: int = 1, surname: str = "Muster") -> NoteReported:
    receipt = new_id()
    # The source gives the time of what happened; it is the same in every repetition.
    happened = datetime(2026, 2, 3, tzinfo=UTC)
    return NoteReported(
        site=SITE, subject=str(receipt), occurred_at=happened, receipt=receipt,
        source_system="rms", source_record_id=record, record_version=version,
        received_at=happened + timedelta(hours=1), person=PersonPart(surname=surname),
    )  # fmt: skip


async def mortal_task(runtime: Any) -> None:
    """Lives until somebody posts its death."""
    await runtime.may_die.wait()
    raise ValueError("a bug that quotes Canary-Name")


SUBSCRIPTIONS: Subscriptions = {Noted: Subscription("on_noted", on_noted)}
NEXT_SUBSCRIPTIONS: Subscriptions = {
    **SUBSCRIPTIONS,
    Underlined: Subscription("on_underlined", on_underlined),
}
SERVICE = Service(
    name="toy",
    purpose="Proves the spine.",
    routers=(router,),
    subscriptions=SUBSCRIPTIONS,
    timers={"ring": on_ring, "break": on_break},
    takes_reports=True,
    tasks=(mortal_task,),
)
STATEMENTS: list[str] = []
spine_0001.upgrade(STATEMENTS.append, intake=True)
spine_0002.upgrade(STATEMENTS.append)
spine_0003.upgrade(STATEMENTS.append)
spine_0004.upgrade(STATEMENTS.append)
spine_0005.upgrade(STATEMENTS.append)
STATEMENTS.extend(TABLES)


def create_app(
    settings: ServiceSettings | None = None,
    *,
    clock: Clock | None = None,
    on_failure: Callable[[], None] = end_process,
) -> FastAPI:
    """The toy as an app, like any service."""
    settings = settings or ServiceSettings()
    app = create_service_app(SERVICE, settings, clock=clock, on_failure=on_failure)
    app.state.may_finish = asyncio.Event()
    app.state.may_die = app.state.runtime.may_die = asyncio.Event()
    return app
