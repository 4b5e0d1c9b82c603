"""The worker: claim and clear in one transaction, call outside any, record in the next."""

import asyncio

import structlog
from sqlalchemy.exc import DBAPIError

from prosecution_hook.outgoing import handlers, repository
from prosecution_hook.outgoing.handlers import Job
from shared.errors import TRANSIENT, is_transient, kind_of
from shared.service import Runtime
from shared.webhooks import WebhookClient

POLL_SECONDS = 0.5
PERHAPS_PASSING: tuple[type[BaseException], ...] = (DBAPIError, *TRANSIENT)

log = structlog.get_logger()


async def send_webhooks(runtime: Runtime) -> None:
    """As a task of the service."""
    client = WebhookClient(private_allowed=runtime.settings.environment == "embedded")
    wake = runtime.database.waker(repository.WAKE)
    try:
        while True:
            wake.clear()
            try:
                busy = await send_due(runtime, client)
            except PERHAPS_PASSING as error:
                if not is_transient(error):
                    raise
                log.warning("webhooks.interrupted", error=kind_of(error))
                busy = False
            if not busy:
                await _rest(wake)
    finally:
        await client.close()


async def _rest(wake: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(wake.wait(), POLL_SECONDS)
    except TimeoutError:
        return


async def send_due(runtime: Runtime, client: WebhookClient) -> bool:
    """One round; False when nothing was due. Who dies here leaves a lease, and the message's id."""
    async with runtime.work_database.transaction() as tx:
        jobs, claimed = await handlers.claim_jobs(tx)
    await asyncio.gather(*(_send(runtime, client, job) for job in jobs))
    return claimed > 0


async def _send(runtime: Runtime, client: WebhookClient, job: Job) -> None:
    answer = await client.send(job.message, runtime.clock.now())
    log.info("webhooks.sent", delivery=str(job.delivery_id), outcome=answer.detail)
    async with runtime.work_database.transaction() as tx:
        await handlers.record_answer(job, answer, tx)
