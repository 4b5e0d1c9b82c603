"""The worker that tells followers: claim, call outside any transaction, record the answer."""

import asyncio

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy.exc import DBAPIError

from referral.followers import handlers, repository
from referral.followers.repository import Job
from shared.database import Transaction
from shared.errors import TRANSIENT, is_transient, kind_of
from shared.service import Runtime
from shared.telemetry import remote_span
from shared.webhooks import Answer, Outcome, Outgoing, WebhookClient

POLL_SECONDS = 0.5
PERHAPS_PASSING: tuple[type[BaseException], ...] = (DBAPIError, *TRANSIENT)
NOBODY = Answer(Outcome.PERMANENT, "no_follower")

log = structlog.get_logger()


async def tell_followers(runtime: Runtime) -> None:
    """One worker, as a task of the service."""
    client = WebhookClient(private_allowed=runtime.settings.environment == "embedded")
    try:
        await _Teller(runtime, client).run()
    finally:
        await client.close()


class _Teller:
    def __init__(self, runtime: Runtime, client: WebhookClient) -> None:
        self._runtime, self._client = runtime, client
        self._wake = runtime.database.waker(repository.WAKE)

    async def run(self) -> None:
        while True:
            self._wake.clear()
            try:
                told = await self._tell_next()
            except PERHAPS_PASSING as error:
                if not is_transient(error):
                    raise
                log.warning("followers.interrupted", error=kind_of(error))
                told = False
            if not told:
                await self._rest()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    async def _tell_next(self) -> bool:
        async with self._runtime.work_database.transaction() as tx:
            job = await repository.claim(tx)
            message = _outgoing(job, tx) if job else None
        if job is None:
            return False
        # A worker that dies here leaves its lease behind; the message goes again, with its id.
        answer = await self._send(job, message) if message else NOBODY
        async with self._runtime.work_database.transaction() as tx:
            await handlers.record_answer(job, answer, tx)
        return True

    async def _send(self, job: Job, message: Outgoing) -> Answer:
        tracer = self._runtime.telemetry.tracer
        with remote_span(tracer, "tell follower", job.traceparent, SpanKind.CLIENT):
            answer = await self._client.send(message, self._runtime.clock.now())
        log.info("follower.told", message=str(job.id), outcome=answer.detail)
        return answer


def _outgoing(job: Job, tx: Transaction) -> Outgoing | None:
    if job.url is None:
        return None
    return Outgoing(str(job.id), job.url, job.body, (handlers.open_secret(job, tx),))
