"""Assignments, deliveries and timers lock in one order, so that nobody waits in a ring."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from tests.integration.notifier.town import KING, Town

from notifier.asking import ANSWER_DUE
from notifier.channels import Outcome, Result
from notifier.commands import FollowAssignment
from notifier.consumers import SUBSCRIPTIONS
from notifier.handlers import follow_assignment
from notifier.locks import key_of, lock_people, lock_people_of
from notifier.outcomes import Done, in_order
from notifier.queue import Job
from notifier.timers import on_answer_due
from shared.database import Transaction
from shared.events import (
    CaseManagerAssigned,
    EmergencyAccessChanged,
    FeedRecovered,
    FeedSilent,
    SiteTimeZoneSet,
)
from shared.ids import new_id, new_participant_key
from shared.testing import eventually
from shared.timers import Timer

# These concern a source or an office, and no participant.
ABOUT_NOBODY = {FeedSilent, FeedRecovered, EmergencyAccessChanged, SiteTimeZoneSet}


async def two_alerts(town: Town) -> list[dict[str, Any]]:
    """Of two people, in the order in which a worker takes them."""
    for _ in range(2):
        town.participant = new_participant_key()
        await town.assign()
        await town.report(town.contact())
    await town.mailed(2)
    rows = await town.stage.rows("SELECT id, site, participant, thread_id FROM alert")
    return sorted(rows, key=lambda row: row["participant"])


def assigned(town: Town, alert: dict[str, Any]) -> CaseManagerAssigned:
    values = {"case_manager": "ben", "assigned_from": town.now, "occurred_at": town.now}
    return CaseManagerAssigned(site=KING, subject=alert["participant"], **values)


def refused(alert: dict[str, Any]) -> Done:
    """A delivery about it that failed; nothing else of the job is looked at here."""
    place = {name: alert[name] for name in ("site", "participant", "thread_id")}
    job = SimpleNamespace(**place, alert_id=alert["id"])
    return Done(cast("Job", job), Result(Outcome.REFUSED, "smtp_550"), 0.0)


async def waits_for(town: Town, tx: Transaction) -> None:
    """Until another connection waits for this transaction."""
    (holder,) = await tx.raw.fetch("SELECT pg_backend_pid() AS pid")

    async def waits() -> bool:
        query = "SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))"
        return bool(await town.stage.rows(query, holder["pid"]))

    await eventually(waits)


async def test_assignments_and_deliveries_do_not_deadlock(town: Town) -> None:
    """One connection moves the second person's alert, then the first's; another records outcomes
    of the first's, then the second's. Without the lock of both at once each waits for the other."""
    first, second = await two_alerts(town)
    events = [assigned(town, second), assigned(town, first)]
    database = town.stage.database

    async def record() -> None:
        async with database.transaction() as tx:
            await in_order([refused(first), refused(second)], tx)

    async with database.transaction() as tx:
        await lock_people_of(events, tx)
        await follow_assignment(FollowAssignment(events[0]), tx)
        recording = asyncio.create_task(record())
        await waits_for(town, tx)
        await follow_assignment(FollowAssignment(events[1]), tx)
    await recording
    moved = await town.stage.rows("SELECT recipient FROM alert")
    assert [row["recipient"] for row in moved] == ["ben", "ben"]


async def test_a_poll_holds_nobody_while_it_waits(town: Town) -> None:
    """Two assignments arrive while somebody works on the one whose turn is first."""
    alerts = sorted(await two_alerts(town), key=lambda a: key_of(KING, a["participant"]))
    async with town.stage.database.transaction() as tx:
        await lock_people(tx, [(KING, alerts[0]["participant"])])
        await town.stage.deliver(*(assigned(town, alert) for alert in reversed(alerts)))
        await waits_for(town, tx)
        # A worker that records a delivery may have an alert for a moment; the poll must not.
        await tx.raw.execute("SET LOCAL lock_timeout = '10s'")
        for alert in alerts:
            await tx.raw.fetch("SELECT FROM alert WHERE id = $1 FOR UPDATE", alert["id"])
        await lock_people(tx, [(KING, alerts[1]["participant"])])

    async def both_moved() -> bool:
        return len(await town.stage.rows("SELECT FROM alert WHERE recipient = 'ben'")) == 2

    await eventually(both_moved)


async def test_a_clock_that_runs_out_never_waits_for_an_alert(town: Town) -> None:
    """It holds its own row, which whoever answers wants to delete: it looks again soon."""
    await town.assign()
    contact = town.contact()
    await town.report(contact)
    alert = await town.the_alert()
    timer = Timer(new_id(), ANSWER_DUE, alert["id"], town.now, 0, None)
    database = town.stage.database
    async with database.transaction() as tx:
        await lock_people(tx, [(KING, contact.subject)])
        async with database.transaction() as other:
            await on_answer_due(timer, other)
    assert (await town.the_alert())["recipient"] == "alice"
    (row,) = await town.stage.rows("SELECT due_at FROM timer WHERE kind = $1", ANSWER_DUE)
    assert 0 < (row["due_at"] - town.now).total_seconds() <= 1


def test_whatever_concerns_a_participant_locks_first() -> None:
    """A new subscription cannot forget it."""
    for event, taken in SUBSCRIPTIONS.items():
        wanted = None if event in ABOUT_NOBODY else lock_people_of
        assert taken.lock_first is wanted, event.__name__
