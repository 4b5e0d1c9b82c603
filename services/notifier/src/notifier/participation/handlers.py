"""How alerts end when a participant leaves, turns out to be somebody else, or is erased."""

from datetime import datetime
from uuid import UUID

from notifier import queue
from notifier import repository as alerts
from notifier.asking import ANSWER_DUE, add_step, ask
from notifier.domain import Alert, AlertEntry, StepKind
from notifier.headline import headline_of
from notifier.incidents import Fact, Known
from notifier.participation import repository
from notifier.participation.commands import EraseParticipant, FollowStatus, RecallReport
from notifier.participation.domain import Stop, SuppressedContact, stop_of
from notifier.routing import PROGRAM_LINE, next_stop, sub_of
from notifier.surroundings import look_around
from notifier.withdrawals import Withdrawal, withdrawal_of
from shared.database import Transaction, publish
from shared.events import (
    AlertRecalled,
    AlertSuppressed,
    NotifierErased,
    ParticipantRecontacted,
)
from shared.events.base import Event
from shared.stored_answers import forget_answers
from shared.timers import clear_timer


async def suppress_contact(contact: ParticipantRecontacted, reason: str, tx: Transaction) -> None:
    """A report that alerts nobody has its end at once, with the reason."""
    await suppress(contact, contact.receipt, reason, tx)


async def suppress(event: Event, receipt: UUID, reason: str, tx: Transaction) -> None:
    """The same for whatever else would have alerted somebody."""
    tx.add(
        SuppressedContact(
            event_id=event.id,
            site=event.site,
            participant=event.subject,
            receipt=receipt,
            reason=reason,
            at=tx.now,
        )
    )
    publish(tx, _suppressed(event.site, event.subject, receipt, reason, tx))


def _suppressed(
    site: str, participant: str, receipt: UUID, reason: str, tx: Transaction
) -> AlertSuppressed:
    return AlertSuppressed(
        site=site, subject=participant, occurred_at=tx.now, receipt=receipt, reason=reason
    )


async def follow_status(command: FollowStatus, tx: Transaction) -> None:
    """An older word about somebody's status than the one that is known changes nothing."""
    event = command.changed
    known = await repository.find_participation(tx, event.site, event.subject)
    if known is not None and (known.stop == Stop.ERASED or known.since > event.since):
        return
    stop = stop_of(event.status, event.reason)
    await repository.put_participation(tx, event.site, event.subject, stop, event.since)
    if stop is not None:
        await _stop_all(event.site, event.subject, stop, tx)
    elif known is not None and known.stop == Stop.ENDED:
        await _resume_all(event.site, event.subject, known.since, tx)


async def _stop_all(site: str, participant: str, reason: Stop, tx: Transaction) -> None:
    for alert in await alerts.list_open_about(tx, site, participant):
        add_step(alert, StepKind.SUPPRESSED, tx, detail=reason)
        headline = await alerts.get_entry(tx, alert.headline)
        publish(tx, _suppressed(site, participant, headline.receipt, reason, tx))
        await clear_timer(tx, ANSWER_DUE, str(alert.id))
        await alerts.touch_inboxes(tx, alert.id)
    await tx.flush()
    await repository.cancel_messages(tx, site, participant)


async def _resume_all(site: str, participant: str, since: datetime, tx: Transaction) -> None:
    """The exit was undone: whoever is responsible now is asked about what it stopped."""
    for alert in await repository.list_stopped(tx, site, participant, Stop.ENDED, since):
        around = await look_around(tx, site, participant, at=tx.now)
        _, stop = next_stop(around.stops, ())
        await ask(alert, StepKind.RESUMED, sub_of(stop) if stop else PROGRAM_LINE, around, tx)


async def recall_report(command: RecallReport, tx: Transaction) -> None:
    """Take one report out of its thread; an alert that nothing else stands behind is recalled."""
    event = command.corrected
    because = withdrawal_of(event.correction, event.reason)
    wrong = await repository.list_entries_of(tx, event.site, event.subject, event.receipt)
    for thread_id in sorted({entry.thread_id for entry in wrong}):
        in_thread = await repository.list_alerts_of_thread(tx, thread_id)
        gone = [entry.event_id for entry in wrong if entry.thread_id == thread_id]
        entries = await alerts.list_entries(tx, thread_id)
        standing = [e for e in entries if e.withdrawn_at is None and e.event_id not in gone]
        await repository.blank_entries(tx, gone, because)
        known = await _relearn(thread_id, event.site, standing, tx)
        for alert in in_thread:
            await _correct(alert, standing, known, event.correction, because, tx)


async def _relearn(
    thread_id: UUID, site: str, standing: list[AlertEntry], tx: Transaction
) -> Known:
    """What the wrong report said must not make the next right one look known."""
    known, keys = Known(), frozenset[str]()
    for entry in standing:
        fact = Fact.of_entry(entry, site, tx.ring)
        known, keys = known.learn(fact), keys | fact.keys
    await repository.relearn(tx, thread_id, keys, known)
    return known


async def _correct(
    alert: Alert,
    standing: list[AlertEntry],
    known: Known,
    correction: str,
    because: Withdrawal,
    tx: Transaction,
) -> None:
    """An alert goes on with the reports that are left of it; without any it is recalled."""
    if not any(entry.alert_id == alert.id for entry in standing):
        await _recall(alert, correction, because, tx)
    elif alert.is_open or alert.headline not in {entry.event_id for entry in standing}:
        alert.headline = headline_of(known.told) or alert.headline
        await alerts.touch_inboxes(tx, alert.id)


async def _recall(alert: Alert, correction: str, because: Withdrawal, tx: Transaction) -> None:
    """A message to exactly those whom one about it has reached, or perhaps has."""
    if alert.recalled_at is not None:
        return
    alert.recalled_at, alert.recalled_because = tx.now, because
    await clear_timer(tx, ANSWER_DUE, str(alert.id))
    await queue.cancel(tx, alert.id)
    add_step(alert, StepKind.RECALLED, tx, detail=because)
    for who in await repository.list_reached(tx, alert.id):
        step = add_step(alert, StepKind.RECALL_TOLD, tx, who=who)
        await tx.flush()
        await queue.add_page(tx, alert, step)
    recalled = AlertRecalled(
        site=alert.site,
        subject=alert.participant,
        occurred_at=tx.now,
        alert_id=alert.id,
        reason=correction,
    )
    publish(tx, recalled)
    await alerts.touch_inboxes(tx, alert.id)


async def erase_participant(command: EraseParticipant, tx: Transaction) -> None:
    """Names, facts and notes are destroyed at once; ids and times of what was done stay."""
    event = command.erased
    site, participant = event.site, event.subject
    await repository.put_participation(tx, site, participant, Stop.ERASED, tx.now)
    await _stop_all(site, participant, Stop.ERASED, tx)
    threads = {e.thread_id for e in await repository.list_entries_of(tx, site, participant)}
    await forget_answers(tx, participant)
    records = await repository.blank_all(tx, site, participant)
    for thread_id in sorted(threads):
        await _relearn(thread_id, site, [], tx)
    erased = NotifierErased(
        site=site,
        subject=participant,
        occurred_at=tx.now,
        erasure_id=event.erasure_id,
        records=records,
    )
    publish(tx, erased)
