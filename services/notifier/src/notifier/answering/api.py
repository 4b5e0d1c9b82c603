"""Escalation and "not my client" over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from notifier import views
from notifier.answering import handlers
from notifier.answering.commands import AskNext, DisownAlert
from notifier.api import Answering, thread_view
from shared.idempotency import IdempotentRoute, Tx
from shared.text import PROSE

router = APIRouter(tags=["alerts"], route_class=IdempotentRoute)


class NoteBody(BaseModel):
    """A note, sealed and shown in the thread only."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(max_length=2_000), PROSE] | None = None


@router.post("/v1/alerts/{alert_id}/escalation")
async def ask_next(alert_id: UUID, body: NoteBody, caller: Answering, tx: Tx) -> views.ThreadView:
    """Ask whoever comes next on the route now, without waiting for the clock."""
    return await thread_view(await handlers.ask_next(AskNext(alert_id, caller, body.note), tx), tx)


@router.post("/v1/alerts/{alert_id}/not-mine")
async def disown_alert(
    alert_id: UUID, body: NoteBody, caller: Answering, tx: Tx
) -> views.ThreadView:
    """Not my client: casework is to correct the identity. The clock goes on until it has."""
    return await thread_view(
        await handlers.disown_alert(DisownAlert(alert_id, caller, body.note), tx), tx
    )
