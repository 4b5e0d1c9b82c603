"""The work group over HTTP. Packets are made by a supervisor, who takes them to the meeting."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from casework.edges import Login, edit_by
from casework.participants.person import display_name
from casework.workgroup import handlers
from casework.workgroup.commands import AssignAction, FinishAction, MakePacket
from casework.workgroup.domain import NOTICE, Action, Attendee, Fact
from shared.callers import Caller, require
from shared.database import Transaction
from shared.dates import Moment
from shared.edges import Body, Expected
from shared.idempotency import IdempotentRoute, Tx
from shared.text import ONE_LINE

router = APIRouter(prefix="/v1/workgroup", tags=["work group"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Supervisor = Annotated[Caller, Depends(require("supervisor"))]
Site = Annotated[str, Query(max_length=63, pattern="^[a-z0-9][a-z0-9-]*$")]
Org = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class AgendaEntry(BaseModel):
    """One participant and why they are on the agenda."""

    participant_key: str
    display_name: str
    case_manager: str | None
    state: str
    reason: str | None
    kinds: list[str]
    due_at: datetime | None
    contacts: int


class PacketEntry(BaseModel):
    """What may be said about one participant, each fact with its release."""

    participant_key: str
    facts: list[Fact]


class Packet(BaseModel):
    """One attendee's packet, with the notice that goes with it (R-04)."""

    attendee: Attendee
    org: str
    made_at: datetime
    notice: str = NOTICE
    entries: list[PacketEntry]


class ActionBody(Body):
    """Who does what until when. No discussion is kept."""

    participant_key: Annotated[str, Field(min_length=1, max_length=100)]
    owner: Login
    what: Annotated[str, Field(min_length=3, max_length=300), ONE_LINE]
    due_at: Moment


class ActionAnswer(BaseModel):
    """An action and how it stands."""

    id: UUID
    participant_key: str
    owner: str
    what: str
    due_at: datetime
    done_at: datetime | None
    done_by: str | None


@router.get("/agenda", summary="What the next meeting has before it")
async def show_agenda(site: Site, caller: Staff, tx: Tx) -> list[AgendaEntry]:
    caller.at_site(site)
    return [
        AgendaEntry(**dict(row), display_name=display_name(row["given"], row["surname"]))
        for row in await handlers.build_agenda(site, tx)
    ]


@router.post("/packets/{attendee}", status_code=201, summary="What one attendee may be shown")
async def make_packet(
    attendee: Attendee, org: Org, site: Site, caller: Supervisor, tx: Tx
) -> Packet:
    """Making one is telling: every fact in it is in the participants' accountings (R-05)."""
    caller.at_site(site)
    packet = await handlers.make_packet(MakePacket(attendee, org, site, caller.sub), tx)
    entries = [PacketEntry(participant_key=key, facts=facts) for key, facts in packet]
    return Packet(attendee=attendee, org=org, made_at=tx.now, entries=entries)


@router.post("/actions", status_code=201, summary="The group decided that somebody does something")
async def assign_action(
    body: ActionBody, caller: Supervisor, expected: Expected, tx: Tx
) -> ActionAnswer:
    edit = edit_by(caller, body.participant_key, expected)
    action = await handlers.assign_action(
        AssignAction(edit, body.owner, body.what, body.due_at), tx
    )
    return _answer(action, tx)


@router.post("/actions/{action_id}/done", summary="It is done")
async def finish_action(action_id: UUID, caller: Staff, tx: Tx) -> ActionAnswer:
    action = await handlers.finish_action(FinishAction(action_id, caller.sub, caller.sites), tx)
    return _answer(action, tx)


def _answer(action: Action, tx: Transaction) -> ActionAnswer:
    return ActionAnswer(**action.model_dump(), what=action.what(tx.ring))
