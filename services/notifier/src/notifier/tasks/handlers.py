"""How a legal clock becomes an alert: thin, to the case manager, answered before it runs out."""

from datetime import datetime
from uuid import UUID

from notifier import queue
from notifier import repository as alerts
from notifier.asking import add_step, ask, wait_for_answer
from notifier.domain import Alert, AlertEntry, AlertState, StepKind
from notifier.incidents import News
from notifier.participation.handlers import suppress
from notifier.policy import AlertClass, due_at, sooner
from notifier.routing import PROGRAM_LINE, Role, next_stop, sub_of
from notifier.surroundings import Surroundings, look_around
from notifier.tasks import repository
from notifier.tasks.commands import RaiseTask
from shared.database import Transaction, publish
from shared.events import AlertRaised, MatchTier
from shared.ids import new_id
from shared.sealing import DataClass
from shared.sites import zone_of

SOURCE = "prosecution-hook"


async def raise_task(command: RaiseTask, tx: Transaction) -> None:
    """One thread per hold or item: while an alert of it is open, it is told of again."""
    event = command.event
    around = await look_around(tx, event.site, event.subject, at=tx.now)
    if around.stop:
        await suppress(event, event.id, around.stop, tx)
        return
    key = f"task:{command.about}"
    thread_id = await repository.find_thread(tx, event.site, event.subject, key)
    still_open = await alerts.list_open_in_thread(tx, thread_id) if thread_id else []
    if still_open:
        alert = still_open[-1]
        await _tell_again(alert, command, around, tx)
    else:
        alert = await _open(thread_id, key, command, around, tx)
    raised = AlertRaised(
        site=event.site,
        subject=event.subject,
        occurred_at=tx.now,
        alert_id=alert.id,
        alert_number=alert.number,
        receipt=event.id,
        recipient=alert.recipient,
        due_at=alert.due_at or command.due_at,
    )
    publish(tx, raised)


async def _open(
    thread_id: UUID | None,
    key: str,
    command: RaiseTask,
    around: Surroundings,
    tx: Transaction,
) -> Alert:
    event, alert_id = command.event, new_id()
    if thread_id is None:
        thread_id = new_id()
        whose = (event.site, event.subject)
        await repository.open_thread(tx, (thread_id, alert_id), whose, key, tx.now)
    passed, stop = next_stop(around.stops, ())
    who, role = (sub_of(stop), stop.role) if stop else (PROGRAM_LINE, Role.PROGRAM_LINE)
    alert = Alert(
        id=alert_id,
        number=await repository.next_number(tx),
        site=event.site,
        participant=event.subject,
        thread_id=thread_id,
        alert_class=AlertClass.LEGAL,
        state=AlertState.WAITING,
        recipient=who,
        raised_at=tx.now,
        manager_then=around.manager_now,
        manager_now=around.manager_now,
        headline=event.id,
    )
    tx.add(alert)
    await tx.flush()
    tx.add(await _entry(alert, command, tx))
    for skipped in passed:
        detail = f"{skipped.stop.role}:{skipped.reason}"
        add_step(alert, StepKind.PASSED_OVER, tx, who=skipped.stop.sub, detail=detail)
    await ask(alert, StepKind.RAISED, who, around, tx, detail=role)
    await _be_in_time(alert, command, around, tx)
    return alert


async def _tell_again(
    alert: Alert, command: RaiseTask, around: Surroundings, tx: Transaction
) -> None:
    tx.add(await _entry(alert, command, tx))
    alert.headline = command.event.id
    step = add_step(alert, StepKind.UPDATED, tx, who=alert.recipient, detail=News.CLOCK)
    await tx.flush()
    await queue.add_page(tx, alert, step)
    await alerts.touch_inboxes(tx, alert.id)
    await _be_in_time(alert, command, around, tx)


async def _be_in_time(
    alert: Alert, command: RaiseTask, around: Surroundings, tx: Transaction
) -> None:
    """An answer by the class's own clock, and never later than what the law waits for."""
    clock = due_at(AlertClass.LEGAL, around.clocks, tx.now, zone_of(alert.site))
    limit = command.due_at if command.due_at > tx.now else None
    due = sooner(sooner(clock, limit), _running(alert, tx.now))
    if due != alert.due_at and alert.is_waiting:
        alert.due_at = due
        await wait_for_answer(alert, tx)


def _running(alert: Alert, now: datetime) -> datetime | None:
    return alert.due_at if alert.due_at and alert.due_at > now else None


async def _entry(alert: Alert, command: RaiseTask, tx: Transaction) -> AlertEntry:
    event = command.event
    return AlertEntry(
        event_id=event.id,
        thread_id=alert.thread_id,
        alert_id=alert.id,
        receipt=event.id,
        source_record_id="",
        record_version=1,
        cause=command.cause,
        reported_by=SOURCE,
        occurred_at=event.occurred_at,
        received_at=event.occurred_at,
        recorded_at=tx.now,
        news=[News.CLOCK],
        facts={
            "tier": MatchTier.EXACT,
            "pre_enrollment_conduct": False,
            "charges": [],
            "next_court": None,
            "facility": None,
            "arrest_basis": None,
            "incident_number": None,
            "booking_number": None,
            "cause_number": getattr(event, "cause_number", None),
            "reply_by": command.due_at.isoformat(),
        },
        sealed_name=await _name(alert, event.id, tx),
    )


async def _name(alert: Alert, event_id: UUID, tx: Transaction) -> str:
    """As the newest report gave it: the event itself carries none. Empty when none came yet."""
    found = await repository.find_sealed_name(tx, alert.site, alert.participant)
    if found is None:
        return ""
    plain = tx.ring.open(*found, DataClass.IDENTITY)
    return tx.ring.seal(DataClass.IDENTITY, str(event_id), plain)
