"""What the outcome of a delivery means for its alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from notifier import limits, queue, repository
from notifier.asking import add_step, not_at_night
from notifier.channels import Outcome, Result
from notifier.contacts import handlers as contacts
from notifier.domain import Alert, AlertState, StepKind
from notifier.locks import lock_people
from notifier.queue import Job, Sent
from notifier.undelivered import go_on_without, notice_goes_on
from shared.database import Transaction, publish
from shared.events import AlertClosed, AlertDelivered

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
# Seconds that a receiver may ask us to stay away for; a longer wish is not granted.
LONGEST_ASKED = 15 * 60
# An outage of the mail server is waited out this long; meanwhile the alert's own clock runs.
GIVE_UP_AFTER = timedelta(hours=24)
# A try whose outcome is unknown is repeated once: better one message twice than none.
UNKNOWNS_ALLOWED = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A job and how it went. `chance` in [0, 1) spreads retries."""

    job: Job
    result: Result
    chance: float

    @property
    def is_sent(self) -> bool:
        return self.result.outcome is Outcome.SENT

    @property
    def whose(self) -> tuple[str, str]:
        return self.job.site, self.job.participant or ""

    def place(self) -> tuple[str, str, str, str]:
        """Its place in the order in which alerts are locked."""
        job = self.job
        return job.site, job.participant or "", str(job.thread_id), str(job.alert_id)


def wait_before(attempts: int, chance: float) -> timedelta:
    """Doubling from seconds to minutes, between half and all of it, so that retries spread."""
    longest: timedelta = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    return longest * (0.5 + chance / 2)


async def in_order(dones: Sequence[Done], tx: Transaction) -> list[Done]:
    """In the order in which everybody locks several people's alerts: two that do must not cross.

    First whom they are about (locks.py). One alert whose messages were all sent is locked as that
    is recorded, and nothing else is waited for.
    """
    ordered = sorted(dones, key=Done.place)
    all_sent = all(done.is_sent for done in dones)
    if not all_sent or len({done.job.alert_id for done in dones}) > 1:
        await lock_people(tx, [done.whose for done in dones if done.job.alert_id is not None])
    if not all_sent:
        await repository.lock_alerts(tx, [done.job.alert_id for done in ordered])
    return ordered


async def record_sent(dones: Sequence[Done], tx: Transaction) -> dict[UUID, Sent]:
    """What was sent, in one round trip."""
    sent = [(done.job, done.result.detail) for done in dones if done.is_sent]
    return await queue.end_as_sent(tx, sent)


async def record_unsent(done: Done, tx: Transaction) -> None:
    """The delivery's end, or its next try, and what follows for the alert."""
    job = done.job
    # The alert first: everybody else who locks both does so in this order.
    alert = await repository.get_alert(tx, job.alert_id) if job.alert_id else None
    match _decide(done, alert, tx):
        case Outcome.RETRY:
            await _again(done, alert, tx)
        case Outcome.HELD:
            await _hold(done, alert, tx)
        case Outcome.CANCELLED:
            await queue.end(tx, job, "cancelled", done.result.detail)
        case _:
            await _failed(done, alert, tx)


def _decide(done: Done, alert: Alert | None, tx: Transaction) -> Outcome:
    """Unknown is tried again once; nothing is tried for ever or after the answer."""
    outcome, job = done.result.outcome, done.job
    if outcome is Outcome.UNKNOWN:
        outcome = Outcome.RETRY if job.unknowns <= UNKNOWNS_ALLOWED else Outcome.REFUSED
    if outcome in (Outcome.RETRY, Outcome.HELD) and alert and _is_moot(job, alert):
        return Outcome.CANCELLED
    if outcome is Outcome.RETRY and tx.now - job.created_at > GIVE_UP_AFTER:
        return Outcome.REFUSED
    return outcome


def _is_moot(job: Job, alert: Alert) -> bool:
    """Nobody needs to be told any more; that something was withdrawn, they do."""
    if job.purpose == StepKind.RECALL_TOLD:
        return False
    return alert.answered_by is not None or alert.state == AlertState.SUPPRESSED


async def tell_sent(done: Done, sent: Sent | None, tx: Transaction) -> None:
    """Say that a message was handed over, unless somebody else had the delivery by then."""
    job = done.job
    if sent is None or job.alert_id is None or sent.site is None or sent.participant is None:
        return
    delivered = AlertDelivered(
        site=sent.site,
        subject=sent.participant,
        occurred_at=tx.now,
        alert_id=job.alert_id,
        recipient=job.recipient,
        channel=job.channel,
    )
    publish(tx, delivered)
    if sent.told:
        publish(tx, _told(sent.site, sent.participant, job.alert_id, tx))
        await repository.touch_inboxes(tx, job.alert_id)


def _told(site: str, participant: str, alert_id: UUID, tx: Transaction) -> AlertClosed:
    return AlertClosed(
        site=site,
        subject=participant,
        occurred_at=tx.now,
        alert_id=alert_id,
        end_state=AlertState.TOLD,
    )


async def _again(done: Done, alert: Alert | None, tx: Transaction) -> None:
    job, result = done.job, done.result
    wait = wait_before(job.attempts, done.chance)
    until = tx.now + max(wait, timedelta(seconds=min(result.retry_after or 0, LONGEST_ASKED)))
    arrived = result.outcome is Outcome.UNKNOWN
    if not await queue.postpone(tx, job, until, result.detail, arrived=arrived):
        return
    if alert is not None and job.attempts == 1:
        add_step(alert, StepKind.DELAYED, tx, who=job.recipient, detail=result.detail)


async def _hold(done: Done, alert: Alert | None, tx: Transaction) -> None:
    until = await limits.held_until(tx, done.job)
    leaves_at = await not_at_night(alert, until, tx) if alert else until
    if await limits.hold(tx, done.job, until, leaves_at) and alert is not None:
        add_step(alert, StepKind.HELD, tx, who=done.job.recipient, detail=done.result.detail)


async def _failed(done: Done, alert: Alert | None, tx: Transaction) -> None:
    """For good: the address is given up where the other side said so, and somebody else or
    something else is tried."""
    job, detail = done.job, done.result.detail
    if not await queue.end(tx, job, "failed", detail):
        return
    if done.result.outcome is Outcome.GONE and job.method_id is not None:
        await contacts.stop_using(job.site, job.recipient, job.method_id, tx)
    if alert is not None:
        await go_on_without(job, alert, detail, tx)
    else:
        await notice_goes_on(job.id, tx)
