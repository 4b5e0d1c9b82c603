"""How an alert goes on when the person asked cannot take it, or says that it is not theirs."""

from notifier import repository
from notifier.answering.commands import AskNext, DisownAlert
from notifier.asking import add_step, escalate
from notifier.domain import Alert, AlertState, StepKind
from notifier.errors import AlertEnded, AlertWithdrawn, NobodyLeft
from notifier.handlers import add_note
from shared.database import Transaction, publish
from shared.events import AlertDisowned


async def ask_next(command: AskNext, tx: Transaction) -> Alert:
    """Raises AlertEnded, or NobodyLeft when everybody on the route was asked already."""
    alert = await repository.get_visible_alert(tx, command.alert_id, command.caller, lock=True)
    if alert.state == AlertState.UNANSWERED:
        raise NobodyLeft
    if not alert.is_waiting:
        raise AlertEnded
    add_note(alert, command.caller, command.note, tx)
    await escalate(alert, "asked_for", tx)
    return alert


async def disown_alert(command: DisownAlert, tx: Transaction) -> Alert:
    """Casework is to correct the identity; until it has, the clock goes on and others are asked.

    A denial ends nothing by itself: a mistaken one would leave somebody in custody alone.
    """
    alert = await repository.get_visible_alert(tx, command.alert_id, command.caller, lock=True)
    if alert.recalled_at is not None:
        raise AlertWithdrawn
    receipt = (await repository.get_entry(tx, alert.headline)).receipt
    said = [s for s in await repository.list_steps(tx, alert.id) if s.kind == StepKind.DISOWNED]
    if any((step.who, step.detail) == (command.caller.sub, str(receipt)) for step in said):
        return alert
    add_note(alert, command.caller, command.note, tx)
    add_step(alert, StepKind.DISOWNED, tx, who=command.caller.sub, detail=str(receipt))
    disowned = AlertDisowned(
        site=alert.site,
        subject=alert.participant,
        occurred_at=tx.now,
        alert_id=alert.id,
        receipt=receipt,
        disowned_by=command.caller.sub,
    )
    publish(tx, disowned)
    await repository.touch_inboxes(tx, alert.id)
    return alert
