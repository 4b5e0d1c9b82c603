"""Publish a version."""

from prosecution_hook.policy import repository
from prosecution_hook.policy.commands import PublishPolicy
from prosecution_hook.policy.domain import PublishedPolicy
from prosecution_hook.policy.errors import PolicyChanged
from shared.database import Transaction


async def publish_policy(cmd: PublishPolicy, tx: Transaction) -> PublishedPolicy:
    await repository.lock_site(tx, cmd.site)
    version, _ = await repository.current(tx, cmd.site)
    if cmd.expected not in (None, version):
        raise PolicyChanged
    published = PublishedPolicy(
        site=cmd.site,
        version=version + 1,
        content=cmd.policy.model_dump(mode="json"),
        published_at=tx.now,
        published_by=cmd.by,
    )
    tx.add(published)
    return published
