"""Put a site's next policy in force."""

from casework.policies import repository
from casework.policies.commands import SetPolicy
from casework.policies.domain import PolicyVersion
from shared.database import Transaction
from shared.errors import PreconditionFailed


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
    return version
