"""What the auditor does about what it finds."""

from datetime import timedelta

from notifier import queue
from notifier import repository as alerts
from notifier.asking import ANSWER_DUE, add_step
from notifier.auditing import repository
from notifier.auditing.domain import RAISE_AGAIN_AFTER, TEST_HOUR, Stuck, stuck
from notifier.domain import Alert, StepKind
from notifier.locks import is_free
from notifier.routing import PROGRAM_LINE, Role
from notifier.surroundings import look_around
from shared.database import Transaction
from shared.sites import zone_of
from shared.timers import set_timer


async def sweep(tx: Transaction) -> None:
    """Look at every open alert, raise what is stuck, and leave a heartbeat."""
    found = await repository.list_stuck(tx)
    for alert in found:
        reason = stuck(alert, tx.now)
        if reason and await is_free(tx, alert.site, alert.participant):
            await _raise(alert, reason, tx)
    await repository.beat(tx, await repository.count_open(tx), len(found))


async def _raise(alert: Alert, reason: Stuck, tx: Transaction) -> None:
    """A lost clock is wound up again; the supervisor is told, and again while nothing changes."""
    if reason is Stuck.CLOCK_LOST:
        await set_timer(tx, ANSWER_DUE, str(alert.id), tx.now)
    last = await repository.last_raised(tx, alert.id)
    if last is not None and tx.now < last + RAISE_AGAIN_AFTER:
        return
    step = add_step(alert, StepKind.STUCK, tx, who=await _supervisor(alert, tx), detail=reason)
    await tx.flush()
    await alerts.put_in_inbox(tx, alert, step.who or PROGRAM_LINE)
    await queue.add_page(tx, alert, step)
    await alerts.touch_inboxes(tx, alert.id)


async def _supervisor(alert: Alert, tx: Transaction) -> str:
    around = await look_around(
        tx, alert.site, alert.participant, at=tx.now, case_manager=alert.manager_now
    )
    who = (s.sub for s in around.stops if s.role is Role.SUPERVISOR and s.reachable)
    return next(who, None) or PROGRAM_LINE


async def send_test_pages(tx: Transaction) -> timedelta:
    """To everybody at the sites where it is the hour for it; returns how long until the next."""
    for site in await repository.list_sites(tx):
        if tx.now.astimezone(zone_of(site)).hour == TEST_HOUR:
            await repository.add_test_pages(tx, site)
    past = timedelta(minutes=tx.now.minute, seconds=tx.now.second, microseconds=tx.now.microsecond)
    return timedelta(hours=1) - past
