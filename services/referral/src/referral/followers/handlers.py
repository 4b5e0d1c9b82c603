"""What followers are told, and what comes of telling them."""

from datetime import timedelta

from pydantic import AwareDatetime, BaseModel

from referral.followers import repository
from referral.followers.commands import PutFollower
from referral.followers.errors import FollowerNotFound
from referral.followers.repository import Job
from referral.handoffs.domain import Handoff
from referral.handoffs.views import HandoffView, handoff_view
from referral.referrals.domain import Referral
from shared.database import Transaction
from shared.egress import read_url
from shared.sealing import DataClass
from shared.webhooks import Answer, Outcome, new_secret

# Whoever waits beside a person needs to hear it now or not at all: two hours, not days.
WAITS = (10, 60, 300, 900, 1800, 3600)


class FollowUp(BaseModel):
    """What a follower is sent: what can also be asked for, and nothing else."""

    type: str
    timestamp: AwareDatetime
    data: HandoffView


async def put_follower(command: PutFollower, tx: Transaction, *, private_allowed: bool) -> str:
    """Returns the signing secret, which is shown this once. Raises UrlRefused."""
    read_url(command.url, private_allowed=private_allowed)
    secret = new_secret()
    sealed = tx.ring.seal(
        DataClass.IDENTITY, _record(command.site, command.source), secret.encode()
    )
    await repository.put_follower(tx, command.site, command.source, command.url, sealed)
    return secret


async def remove_follower(site: str, source: str, tx: Transaction) -> None:
    if not await repository.delete_follower(tx, site, source):
        raise FollowerNotFound


async def tell_follower(referral: Referral, handoff: Handoff, step: str, tx: Transaction) -> None:
    """An intent: it is sent after the commit, by a worker."""
    view = handoff_view(referral, handoff)
    message = FollowUp(type=f"referral.handoff.{step}", timestamp=tx.now, data=view)
    await repository.add_follow_up(
        tx, referral.site, referral.source_system, message.model_dump_json()
    )


def open_secret(job: Job, tx: Transaction) -> str:
    record = _record(job.site, job.source)
    return tx.ring.open(record, job.secret or "", DataClass.IDENTITY).decode()


def _record(site: str, source: str) -> str:
    return f"follower:{site}:{source}"


async def record_answer(job: Job, answer: Answer, tx: Transaction) -> None:
    """An unknown is tried again too: its id stays, so the receiver can tell a repeat."""
    if answer.outcome is Outcome.DELIVERED:
        return await repository.end(tx, job, "delivered", answer.detail)
    if answer.outcome is Outcome.GONE:
        await repository.delete_follower(tx, job.site, job.source)
    lasting = answer.outcome in (Outcome.GONE, Outcome.PERMANENT)
    if lasting or job.attempts > len(WAITS):
        return await repository.end(tx, job, "undelivered", answer.detail)
    wait = max(WAITS[job.attempts - 1], answer.retry_after or 0)
    return await repository.postpone(tx, job, tx.now + timedelta(seconds=wait), answer.detail)
