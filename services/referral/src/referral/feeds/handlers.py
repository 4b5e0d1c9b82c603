"""What becomes of signs of life, and of their absence."""

from referral.feeds import repository
from referral.feeds.commands import NoteHeartbeat, PutFeedPolicy
from referral.feeds.domain import Alarm, FeedPolicy, Pulse, judge, since_when
from shared.database import Transaction, publish
from shared.events import FeedRecovered, FeedSilent


async def note_heartbeat(command: NoteHeartbeat, tx: Transaction) -> None:
    await repository.note_heartbeat(tx, command.source, command.sites)


async def put_policy(command: PutFeedPolicy, tx: Transaction) -> int:
    """Returns the version. A feed that was never heard of is expected from now on."""
    return await repository.add_policy(tx, command)


async def watch_feeds(tx: Transaction, *, counting: bool) -> None:
    """Raise and end alarms. `counting` reports of a day is dear: not every minute."""
    policies = await repository.list_policies(tx)
    for pulse in await repository.list_pulses(tx, counting=counting):
        policy = policies.get((pulse.site, pulse.source), FeedPolicy())
        alarm = judge(pulse, policy, tx.now)
        if alarm is pulse.alarm:
            continue
        if pulse.alarm is not None:
            await _end(pulse, tx)
        if alarm is not None:
            await _raise(alarm, pulse, policy, tx)


async def _raise(alarm: Alarm, pulse: Pulse, policy: FeedPolicy, tx: Transaction) -> None:
    since = since_when(alarm, pulse, policy, tx.now)
    await repository.set_alarm(tx, pulse, alarm, since)
    silent = FeedSilent(
        site=pulse.site,
        subject=pulse.source,
        occurred_at=tx.now,
        source_system=pulse.source,
        last_heard_at=pulse.last_heard_at,
        alarm=alarm,
    )
    publish(tx, silent)


async def _end(pulse: Pulse, tx: Transaction) -> None:
    """What was missed meanwhile stays on record as a gap."""
    until = pulse.last_heard_at if pulse.alarm is Alarm.SILENT else tx.now
    since = pulse.alarm_since or tx.now
    await repository.end_alarm(tx, pulse, since, max(since, until or tx.now))
    recovered = FeedRecovered(
        site=pulse.site,
        subject=pulse.source,
        occurred_at=tx.now,
        source_system=pulse.source,
        silent_since=pulse.alarm_since,
    )
    publish(tx, recovered)
