"""How alerts are raised, answered, escalated and moved."""

from collections.abc import Sequence
from uuid import UUID

from notifier import queue, recording, repository
from notifier.asking import ANSWER_DUE, add_step, ask, escalate
from notifier.commands import (
    AcknowledgeAlert,
    EscalateAlert,
    FollowAssignment,
    HandOverAlert,
    RaiseAlerts,
)
from notifier.domain import BY_LINK, Alert, AlertNote, AlertState, Assignment, StepKind
from notifier.errors import AlertEnded, NotReachable
from notifier.participation.handlers import suppress_contact
from notifier.past.handlers import come_back
from notifier.policy import AlertClass
from notifier.raising import decide
from notifier.recording import AlertDraft, Record
from notifier.routing import next_stop, sub_of
from notifier.staff.repository import find_staff
from notifier.surroundings import look_around
from shared.batches import Batch
from shared.callers import Caller
from shared.database import Transaction, publish
from shared.events import AlertRaised, ParticipantRecontacted
from shared.ids import new_id
from shared.sealing import DataClass
from shared.timers import clear_timer, set_timers, timer_row


async def raise_alerts(command: RaiseAlerts, tx: Transaction) -> None:
    """Page the people on duty, or add to what they know; in any case say which alert has it."""
    for contacts in command.contacts.rounds():
        arrivals = await recording.look_up(tx, list(contacts))
        for arrival in arrivals:
            if arrival.around.stop:
                with contacts.about(arrival.contact):
                    await suppress_contact(arrival.contact, arrival.around.stop, tx)
        records = [decide(arrival, tx.now) for arrival in arrivals if not arrival.around.stop]
        await _record(records, contacts, tx)
    tx.signal("inbox")


async def _record(
    records: Sequence[Record], contacts: Batch[ParticipantRecontacted], tx: Transaction
) -> None:
    rows, clocks = [], []
    for record in records:
        with contacts.about(record.contact):
            rows.append(recording.row(record, tx))
            if record.starts_clock and record.alert.due_at is not None:
                clocks.append(timer_row(ANSWER_DUE, str(record.alert.id), record.alert.due_at))
    await set_timers(tx, clocks)
    if any(record.alert.alert_class is AlertClass.HISTORY for record in records):
        await come_back(tx)
    numbers = await recording.record_contacts(tx, rows)
    for record, number in zip(records, numbers, strict=True):
        with contacts.about(record.contact):
            publish(tx, _raised(record.contact, record.alert, number, tx))


def _raised(
    contact: ParticipantRecontacted, alert: AlertDraft, number: int, tx: Transaction
) -> AlertRaised:
    return AlertRaised(
        site=contact.site,
        subject=contact.subject,
        occurred_at=tx.now,
        alert_id=alert.id,
        alert_number=number,
        receipt=contact.receipt,
        recipient=alert.recipient,
        # What needs no answer is due at once: there is nothing more to wait for.
        due_at=alert.due_at or tx.now,
    )


async def acknowledge_alert(command: AcknowledgeAlert, tx: Transaction) -> Alert:
    """The first answer stands; the same again, or after a recall, changes nothing."""
    alert = await repository.get_visible_alert(tx, command.alert_id, command.caller, lock=True)
    if alert.answered_by is not None or alert.state == AlertState.SUPPRESSED:
        return alert
    add_note(alert, command.caller, command.note, tx)
    await _answer(alert, command, tx)
    # Who has the incident has what was asked about it before and never answered.
    for older in await repository.list_open_in_thread(tx, alert.thread_id):
        await _answer(older, command, tx)
    return alert


async def _answer(alert: Alert, command: AcknowledgeAlert, tx: Transaction) -> None:
    publish(tx, alert.answered(command.caller.sub, command.action, tx.now))
    by = BY_LINK if command.by_link else None
    who, detail = command.caller.sub, command.action
    add_step(alert, StepKind.ACKNOWLEDGED, tx, who=who, detail=detail, by=by)
    await tx.flush()
    await clear_timer(tx, ANSWER_DUE, str(alert.id))
    await queue.cancel(tx, alert.id)
    await repository.touch_inboxes(tx, alert.id)


async def hand_over_alert(command: HandOverAlert, tx: Transaction) -> Alert:
    """Raises AlertEnded, or NotReachable for somebody who has no contact method."""
    alert = await repository.get_visible_alert(tx, command.alert_id, command.caller, lock=True)
    if not alert.is_open:
        raise AlertEnded
    to = await find_staff(tx, alert.site, command.to)
    if to is None or to.privacy_officer:
        raise NotReachable
    if command.to != alert.recipient:
        around = await look_around(tx, alert.site, alert.participant, at=tx.now)
        add_note(alert, command.caller, command.note, tx)
        await ask(alert, StepKind.HANDED_OVER, command.to, around, tx, by=command.caller.sub)
    return alert


def add_note(alert: Alert, caller: Caller, text: str | None, tx: Transaction) -> None:
    if text:
        note_id = new_id()
        sealed = tx.ring.seal(DataClass.CARE, str(note_id), text.encode())
        tx.add(
            AlertNote(id=note_id, alert_id=alert.id, at=tx.now, by=caller.sub, sealed_text=sealed)
        )


async def escalate_alert(command: EscalateAlert, tx: Transaction) -> None:
    """Nobody answered in time. An alert that has ended meanwhile is left alone."""
    alert = await repository.get_alert(tx, command.alert_id)
    if alert.is_waiting:
        await escalate(alert, command.reason, tx)


async def follow_assignment(command: FollowAssignment, tx: Transaction) -> None:
    """Close the assignment in force, open the new one, and move what still waits."""
    event = command.assigned
    before = await repository.find_assignment(tx, event.site, event.subject)
    if before is not None:
        before.assigned_to = max(event.assigned_from, before.assigned_from)
        await tx.flush()
    tx.add(
        Assignment(
            id=event.id,
            site=event.site,
            participant=event.subject,
            case_manager=event.case_manager,
            backup=event.backup,
            supervisor=event.supervisor,
            assigned_from=event.assigned_from,
        )
    )
    await tx.flush()
    if before is None or before.case_manager != event.case_manager:
        for alert in await repository.list_open_about(tx, event.site, event.subject):
            await _move(alert, event.case_manager, tx)


async def _move(alert: Alert, case_manager: str, tx: Transaction) -> None:
    """To the new case manager; one who cannot be reached is passed over for those behind them."""
    alert.manager_now = case_manager
    around = await look_around(tx, alert.site, alert.participant, at=tx.now)
    passed, stop = next_stop(around.stops, ())
    if stop is None or stop.sub == alert.recipient:
        return
    for skipped in passed:
        detail = f"{skipped.stop.role}:{skipped.reason}"
        add_step(alert, StepKind.PASSED_OVER, tx, who=skipped.stop.sub, detail=detail)
    await ask(alert, StepKind.REASSIGNED, sub_of(stop), around, tx, detail=stop.role)


async def view_alert(tx: Transaction, alert_id: UUID, caller: Caller) -> Alert:
    """An alert as its reader sees it; who looked becomes part of its record (R-20)."""
    alert = await repository.get_visible_alert(tx, alert_id, caller)
    await repository.note_view(tx, alert_id, caller.sub)
    return alert
