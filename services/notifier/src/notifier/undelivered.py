"""What follows when a message did not come by one way: the next way, or else the next person."""

from typing import Protocol
from uuid import UUID

from notifier import repository
from notifier.asking import add_step, escalate, not_at_night
from notifier.contacts.repository import lock_notice, tell_program_line, try_another_way
from notifier.domain import Alert, AlertState, StepKind
from shared.database import Transaction


class Undelivered(Protocol):
    """A message that ended without reaching its recipient."""

    @property
    def id(self) -> UUID: ...
    @property
    def recipient(self) -> str: ...
    @property
    def purpose(self) -> str: ...


async def go_on_without(message: Undelivered, alert: Alert, detail: str, tx: Transaction) -> None:
    """Whoever still needs to be told is reached by their next way; when all of them were tried,
    the next person is asked. The alert's row is locked."""
    add_step(alert, StepKind.NOT_DELIVERED, tx, who=message.recipient, detail=detail)
    if _is_needed(message, alert):
        found = await _by_another_way(message, alert, tx)
        if not found and alert.is_waiting and alert.recipient == message.recipient:
            await escalate(alert, "not_delivered", tx)
    await repository.touch_inboxes(tx, alert.id)


async def notice_goes_on(message_id: UUID, tx: Transaction) -> None:
    """A message about no alert: by the next way, too, and at last to the program line."""
    await lock_notice(tx, message_id)
    found = await try_another_way(tx, message_id, tx.now)
    if not found.exists:
        await tell_program_line(tx, message_id)


def _is_needed(message: Undelivered, alert: Alert) -> bool:
    """That something was withdrawn is told to whoever was told of it, whatever happened since."""
    if message.purpose == StepKind.RECALL_TOLD:
        return True
    if message.purpose == StepKind.STUCK:
        return alert.is_open
    is_moot = alert.answered_by is not None or alert.state == AlertState.SUPPRESSED
    return not is_moot and alert.recipient == message.recipient


async def _by_another_way(message: Undelivered, alert: Alert, tx: Transaction) -> bool:
    urgent = message.purpose in (StepKind.RECALL_TOLD, StepKind.STUCK)
    leaves_at = tx.now if urgent else await not_at_night(alert, tx.now, tx)
    found = await try_another_way(tx, message.id, leaves_at)
    if found.channel is not None:
        who, detail = message.recipient, found.channel
        add_step(alert, StepKind.ANOTHER_WAY, tx, who=who, detail=detail)
        if leaves_at > tx.now:
            add_step(alert, StepKind.HELD, tx, who=who)
    return found.exists
