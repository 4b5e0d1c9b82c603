"""How people are told of contacts that were old when they arrived."""

from collections.abc import Sequence
from uuid import UUID

from notifier import queue
from notifier.asking import add_step, ask
from notifier.domain import Alert, StepKind
from notifier.history import SETTLES_IN, TOLD_AFTER_AT_MOST, may_be_held
from notifier.past import repository
from notifier.past.repository import Untold
from notifier.policy import AlertClass, send_at
from notifier.routing import Role
from notifier.surroundings import Surroundings, look_around
from shared.database import Transaction
from shared.ids import new_id
from shared.sites import zone_of
from shared.timers import set_timer

HISTORY_DUE = "history.due"


async def come_back(tx: Transaction) -> None:
    """Look once an import has settled. Each has a timer of its own, so that none waits for one."""
    await set_timer(tx, HISTORY_DUE, str(new_id()), tx.now + SETTLES_IN)


async def tell_history(tx: Transaction) -> None:
    """One message to each person whose old contacts have settled, about all of them."""
    for one in await repository.list_untold(tx):
        if _has_settled(one, tx) and await repository.is_alone(tx, one):
            await _tell(one, tx)


def _has_settled(one: Untold, tx: Transaction) -> bool:
    return one.last <= tx.now - SETTLES_IN or one.first <= tx.now - TOLD_AFTER_AT_MOST


async def _tell(one: Untold, tx: Transaction) -> None:
    alerts = await repository.lock_untold(tx, one)
    if len(alerts) < len(one.alerts):
        await come_back(tx)
    if not alerts:
        return
    around = await look_around(tx, one.site, alerts[0].participant, at=tx.now)
    urgent = await _urgent(one.site, alerts, around, tx)
    for alert in alerts:
        if alert.id in urgent:
            await _page(alert, tx)
    await _tell_together([alert for alert in alerts if alert.id not in urgent], around, tx)


async def _urgent(
    site: str, alerts: Sequence[Alert], around: Surroundings, tx: Transaction
) -> set[UUID]:
    """Those by which somebody may be in custody now."""
    people = sorted({alert.participant for alert in alerts})
    moments = await repository.list_moments(tx, site, people)
    held = [may_be_held(moments[person], around.ages, tx.now) for person in people]
    return {moment.alert_id for moment in held if moment is not None}


async def _page(alert: Alert, tx: Transaction) -> None:
    """The person may still be held: from now on it is an alert like any other of custody."""
    alert.alert_class = AlertClass.CUSTODY
    around = await look_around(
        tx, alert.site, alert.participant, at=tx.now, case_manager=alert.manager_now
    )
    roles = (stop.role for stop in around.stops if stop.sub == alert.recipient)
    role = next(roles, Role.PROGRAM_LINE)
    await ask(alert, StepKind.RAISED, alert.recipient, around, tx, detail=role)


async def _tell_together(alerts: Sequence[Alert], around: Surroundings, tx: Transaction) -> None:
    """All leave at one time, so that they come as one message."""
    steps = [add_step(a, StepKind.HISTORY, tx, who=a.recipient) for a in alerts]
    await tx.flush()
    for alert, step in zip(alerts, steps, strict=True):
        leaves_at = send_at(AlertClass.HISTORY, around.quiet, tx.now, zone_of(alert.site))
        await queue.add_page(tx, alert, step, leaves_at)
