"""Put a site's next policy in force."""

from casework.policies import repository
from casework.policies.commands import SetPolicy
from casework.policies.domain import PolicyVersion
from shared.database import Transaction, publish
from shared.errors import PreconditionFailed
from shared.events import SiteTimeZoneSet
from shared.site_zones import keep_zone


async def set_policy(cmd: SetPolicy, tx: Transaction) -> PolicyVersion:
    await repository.lock_policy(tx, cmd.site)
    current = await repository.find_version(tx, cmd.site)
    number = current.version if current else 0
    if cmd.expected not in (None, number):
        raise PreconditionFailed
    version = PolicyVersion(
        site=cmd.site,
        version=number + 1,
        body=cmd.policy.model_dump(),
        set_by=cmd.by,
        set_at=tx.now,
    )
    tx.add(version)
    if cmd.policy.time_zone != (current.policy.time_zone if current else None):
        await _set_zone(cmd, tx)
    return version


async def _set_zone(cmd: SetPolicy, tx: Transaction) -> None:
    """Here and, by the event, in every service."""
    values = {"site": cmd.site, "subject": cmd.site, "occurred_at": tx.now}
    event = SiteTimeZoneSet(**values, time_zone=cmd.policy.time_zone)
    await keep_zone(event, tx)
    publish(tx, event)
