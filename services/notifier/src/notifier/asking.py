"""Asking people, one after the other, until somebody has the alert or the route ends."""

from dataclasses import replace
from datetime import datetime

from notifier import queue, repository
from notifier.domain import Alert, AlertStep, StepKind
from notifier.policy import CAN_WAIT, AlertClass, answer_by, send_at
from notifier.routing import next_stop, sub_of
from notifier.surroundings import Surroundings, look_around
from shared.database import Transaction, publish
from shared.sites import zone_of
from shared.timers import set_timer

ANSWER_DUE = "alert.answer-due"


async def escalate(alert: Alert, reason: str, tx: Transaction) -> None:
    """Ask the next on the route; at its end the alert visibly stands unanswered."""
    around = await look_around(
        tx, alert.site, alert.participant, at=tx.now, case_manager=alert.manager_now
    )
    seen = await repository.list_seen(tx, alert.id) | {alert.recipient}
    passed, stop = next_stop(around.stops, seen)
    for skipped in passed:
        if skipped.stop.sub is not None:
            detail = f"{skipped.stop.role}:{skipped.reason}"
            add_step(alert, StepKind.PASSED_OVER, tx, who=skipped.stop.sub, detail=detail)
    if stop is None:
        add_step(alert, StepKind.UNANSWERED, tx, who=alert.recipient, detail=reason)
        await repository.touch_inboxes(tx, alert.id)
        return
    previous = alert.recipient
    detail = f"{stop.role}:{reason}"
    await ask(alert, StepKind.ESCALATED, sub_of(stop), around, tx, detail=detail)
    publish(tx, alert.moved(previous, reason, tx.now))


async def ask(
    alert: Alert,
    kind: StepKind,
    who: str,
    around: Surroundings,
    tx: Transaction,
    *,
    detail: str | None = None,
    by: str | None = None,
) -> None:
    """Make somebody the recipient, with a clock and a message of their own."""
    if kind is not StepKind.ESCALATED:
        # Who did not answer in time may still; who was relieved need not be woken.
        await queue.cancel(tx, alert.id, alert.recipient)
    step = add_step(alert, kind, tx, who=who, detail=detail, by=by)
    zone, kind_of_alert = zone_of(alert.site), AlertClass(alert.alert_class)
    patience = next((s.patience(kind_of_alert) for s in around.stops if s.sub == who), None)
    alert.due_at = answer_by(kind_of_alert, around.clocks, tx.now, zone, patience)
    leaves_at = send_at(kind_of_alert, around.quiet, tx.now, zone)
    await wait_for_answer(alert, tx)
    await tx.flush()
    await repository.put_in_inbox(tx, alert, who)
    await queue.add_page(tx, alert, step, leaves_at)
    if leaves_at > tx.now:
        add_step(alert, StepKind.HELD, tx, who=who)
    await repository.touch_inboxes(tx, alert.id)


async def not_at_night(alert: Alert, at: datetime, tx: Transaction) -> datetime:
    """When a message that was to leave before leaves now: not in quiet hours that began meanwhile.
    A digest was waited for already."""
    if alert.alert_class not in CAN_WAIT:
        return at
    around = await look_around(tx, alert.site, alert.participant, at=tx.now)
    return send_at(AlertClass.FIELD, replace(around.quiet, digests=()), at, zone_of(alert.site))


def add_step(
    alert: Alert,
    kind: StepKind,
    tx: Transaction,
    *,
    who: str | None = None,
    detail: str | None = None,
    by: str | None = None,
) -> AlertStep:
    """Append to the record. An alert that ends with it says so, once."""
    step = AlertStep(alert_id=alert.id, at=tx.now, kind=kind, who=who, detail=detail, by=by)
    tx.add(step)
    if closed := alert.follow(step):
        publish(tx, closed)
    return step


async def wait_for_answer(alert: Alert, tx: Transaction) -> None:
    """Start or move the one clock of an alert that needs an answer."""
    if alert.due_at is not None:
        await set_timer(tx, ANSWER_DUE, str(alert.id), alert.due_at)
