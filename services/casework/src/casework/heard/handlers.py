"""Keep what was heard; ask a person to look where a hold's clock runs out."""

from datetime import datetime
from uuid import UUID

from casework.heard import repository
from casework.participants import repository as files
from casework.participants.domain import State
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import WorkKind
from shared.database import Transaction
from shared.events import (
    ChargeHoldDeadlinePassed,
    ChargeHoldExpiring,
    ChargeHoldResolved,
    ChargeHoldStarted,
    DisclosureMade,
    DisclosureSuppressed,
    Event,
)

HOLD_ITEMS = (WorkKind.HOLD_EXPIRING, WorkKind.HOLD_REVIEW)


async def note_hold_started(event: ChargeHoldStarted, tx: Transaction) -> None:
    await repository.add_fact(tx, event, "hold_started", _clock(event.hold_id, event.deadline_at))


async def note_hold_expiring(event: ChargeHoldExpiring, tx: Transaction) -> None:
    detail = _clock(event.hold_id, event.deadline_at) | {"days_left": str(event.days_left)}
    await repository.add_fact(tx, event, "hold_expiring", detail)
    await _ask(WorkKind.HOLD_EXPIRING, event, event.hold_id, event.deadline_at, tx)


async def note_hold_deadline(event: ChargeHoldDeadlinePassed, tx: Transaction) -> None:
    """R-36: the deadline asks people to look; the charge stays as it is."""
    detail = _clock(event.hold_id, event.deadline_at)
    await repository.add_fact(tx, event, "hold_deadline_passed", detail)
    await _ask(WorkKind.HOLD_REVIEW, event, event.hold_id, event.deadline_at, tx)


async def note_hold_resolved(event: ChargeHoldResolved, tx: Transaction) -> None:
    detail = {"hold_id": str(event.hold_id), "resolution": event.resolution}
    await repository.add_fact(tx, event, "hold_resolved", detail)
    if file := await files.find_file_of(tx, event.subject):
        done = CloseItems(
            file.participant_key, HOLD_ITEMS, "prosecutor", reference=str(event.hold_id)
        )
        await work.close_items(done, tx)


async def note_disclosure(event: DisclosureMade | DisclosureSuppressed, tx: Transaction) -> None:
    await repository.add_disclosure(tx, event)


def _clock(hold_id: UUID, deadline_at: datetime) -> dict[str, str]:
    return {"hold_id": str(hold_id), "deadline_at": deadline_at.isoformat()}


async def _ask(
    kind: WorkKind, event: Event, hold_id: UUID, due_at: datetime, tx: Transaction
) -> None:
    file = await files.find_file_of(tx, event.subject)
    if file is None or file.state == State.EXITED or await repository.hold_is_resolved(tx, hold_id):
        return
    item = OpenItem(file.site, file.participant_key, kind, due_at, reference=str(hold_id))
    await work.open_item(item, tx)
