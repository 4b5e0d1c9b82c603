"""How alerts are raised, answered, escalated and moved."""

from uuid import UUID

from notifier import queue, recording, repository
from notifier.asking import ANSWER_DUE, add_step, ask, escalate, sub_of, wait_for_answer
from notifier.commands import (
    AcknowledgeAlert,
    EscalateAlert,
    FollowAssignment,
    HandOverAlert,
    RaiseAlert,
)
from notifier.domain import Alert, AlertNote, AlertState, Assignment, StepKind
from notifier.errors import AlertEnded, NotReachable
from notifier.incidents import Fact, News, choose
from notifier.participation.handlers import suppress_contact
from notifier.participation.repository import find_stop
from notifier.policy import CLASSES, due_at, more_urgent, sooner
from notifier.recording import AlertDraft, OpenThread, Record, Surroundings
from notifier.routing import PROGRAM_LINE, Role, next_stop
from notifier.staff.repository import find_staff
from shared.callers import Caller
from shared.database import Transaction, publish
from shared.events import AlertRaised, ParticipantRecontacted
from shared.ids import new_id
from shared.sealing import DataClass
from shared.sites import zone_of
from shared.timers import clear_timer


async def raise_alert(command: RaiseAlert, tx: Transaction) -> None:
    """Page the person on duty, or add to what they know; in any case say which alert has it."""
    contact = command.contact
    if reason := await find_stop(tx, contact.site, contact.subject):
        await suppress_contact(contact, reason, tx)
        return
    fact = Fact.of(contact, tx.ring)
    threads = await recording.list_threads(tx, contact, fact)
    incident = choose([thread.incident for thread in threads], fact)
    thread = next((t for t in threads if t.incident is incident), None)
    news = thread.incident.known.news_in(fact) if thread else (News.FIRST,)
    if thread and not news:
        record = Record(contact, fact, incident, thread.alert, (), ((StepKind.NOTED, None, None),))
    elif thread and thread.state is AlertState.WAITING:
        record = await _page_again(thread, contact, fact, news, tx)
    else:
        record = await _open_alert(thread, contact, fact, news, tx)
    number = await recording.record_contact(tx, record)
    tx.signal("inbox")
    if news:
        tx.signal("deliveries")
    publish(tx, _raised(contact, record.alert, number, tx))


async def _open_alert(
    thread: OpenThread | None,
    contact: ParticipantRecontacted,
    fact: Fact,
    news: tuple[News, ...],
    tx: Transaction,
) -> Record:
    around = await _look_around(contact, tx)
    passed, stop = next_stop(around.stops, ())
    who, role = (sub_of(stop), stop.role) if stop else (PROGRAM_LINE, Role.PROGRAM_LINE)
    kind = CLASSES[contact.cause]
    alert = AlertDraft(
        id=new_id(),
        alert_class=kind,
        recipient=who,
        due_at=due_at(kind, around.clocks, tx.now, zone_of(contact.site)),
        headline=contact.id,
        manager_then=around.manager_then,
        manager_now=around.manager_now,
    )
    skipped = [(StepKind.PASSED_OVER, p.stop.sub, f"{p.stop.role}:{p.reason}") for p in passed]
    steps = (*skipped, (StepKind.RAISED, who, str(role)))
    await wait_for_answer(alert, tx)
    return Record(contact, fact, thread.incident if thread else None, alert, news, steps)


async def _page_again(
    thread: OpenThread,
    contact: ParticipantRecontacted,
    fact: Fact,
    news: tuple[News, ...],
    tx: Transaction,
) -> Record:
    """Whoever is being asked hears the news; the clock may only become shorter."""
    around = await _look_around(contact, tx)
    kind = CLASSES[contact.cause]
    due = due_at(kind, around.clocks, tx.now, zone_of(contact.site))
    old = thread.alert
    alert = AlertDraft(
        id=old.id,
        alert_class=more_urgent(kind, old.alert_class),
        recipient=old.recipient,
        due_at=sooner(due, old.due_at),
        headline=contact.id,
    )
    if alert.due_at != old.due_at:
        await wait_for_answer(alert, tx)
    steps = ((StepKind.UPDATED, old.recipient, ",".join(news)),)
    return Record(contact, fact, thread.incident, alert, news, steps)


async def _look_around(contact: ParticipantRecontacted, tx: Transaction) -> Surroundings:
    return await recording.look_around(
        tx,
        contact.site,
        contact.subject,
        at=contact.occurred_at,
        case_manager=contact.case_manager,
    )


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
    _add_note(alert, command.caller, command.note, tx)
    await _answer(alert, command, tx)
    # Who has the incident has what was asked about it before and never answered.
    for older in await repository.list_open_in_thread(tx, alert.thread_id):
        await _answer(older, command, tx)
    return alert


async def _answer(alert: Alert, command: AcknowledgeAlert, tx: Transaction) -> None:
    publish(tx, alert.answered(command.caller.sub, command.action, tx.now))
    add_step(alert, StepKind.ACKNOWLEDGED, tx, who=command.caller.sub, detail=command.action)
    await tx.flush()
    await clear_timer(tx, ANSWER_DUE, str(alert.id))
    await queue.cancel(tx, alert.id)
    await repository.touch_inboxes(tx, alert.id)


async def hand_over_alert(command: HandOverAlert, tx: Transaction) -> Alert:
    """Raises AlertEnded, or NotReachable for somebody who has no contact method."""
    alert = await repository.get_visible_alert(tx, command.alert_id, command.caller, lock=True)
    if not alert.is_open:
        raise AlertEnded
    if await find_staff(tx, alert.site, command.to) is None:
        raise NotReachable
    if command.to != alert.recipient:
        around = await recording.look_around(tx, alert.site, alert.participant, at=tx.now)
        _add_note(alert, command.caller, command.note, tx)
        await ask(alert, StepKind.HANDED_OVER, command.to, around, tx, by=command.caller.sub)
    return alert


def _add_note(alert: Alert, caller: Caller, text: str | None, tx: Transaction) -> None:
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
    around = await recording.look_around(tx, alert.site, alert.participant, at=tx.now)
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
