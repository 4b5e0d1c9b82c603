"""The delivery workers: claim, call outside any transaction, record the outcome.

Recording an outcome and claiming the next delivery share one transaction. A worker that dies in
between leaves its lease behind; when that ends the delivery is tried once more, and no more.
"""

import asyncio
import secrets
from typing import cast

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy.exc import DBAPIError

from notifier import mail, queue
from notifier.channels import Channel, Outcome, Result
from notifier.channels.offer import open_channels
from notifier.outcomes import UNKNOWNS_ALLOWED, Done, record_outcome
from notifier.queue import Job
from notifier.routing import PROGRAM_LINE
from notifier.settings import Settings
from shared import faults
from shared.context import working_on
from shared.database import Transaction
from shared.errors import TRANSIENT, is_transient
from shared.service import Runtime
from shared.telemetry import remote_span

POLL_SECONDS = 0.5
LAST_MAIL_SECONDS = 15
PERHAPS_PASSING: tuple[type[BaseException], ...] = (DBAPIError, *TRANSIENT)

log = structlog.get_logger()


async def deliver(runtime: Runtime) -> None:
    """One worker, as a task of the service."""
    worker = Worker(runtime)
    try:
        await worker.run()
    finally:
        await worker.close()


class Worker:
    """Delivers one message after the other, over connections of its own."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._settings = runtime, cast("Settings", runtime.settings)
        self._channels: dict[str, Channel] = open_channels(self._settings)
        self._wake = runtime.database.waker("deliveries")

    async def run(self) -> None:
        done: Done | None = None
        while True:
            self._wake.clear()
            job = await self._next(done)
            done = await self._finish(job) if job else None
            if job is None:
                await self._rest()

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    async def _next(self, done: Done | None) -> Job | None:
        """Record how the last one went and claim another; waits for a database that is away."""
        while True:
            try:
                async with self._runtime.database.transaction() as tx:
                    if done is not None:
                        await self._record(done, tx)
                    return await queue.claim(tx, self._settings.delivery_lease_seconds)
            except PERHAPS_PASSING as error:
                if not is_transient(error):
                    raise
                log.warning("deliveries.interrupted", error=type(error).__name__)
                await asyncio.sleep(1)

    async def _record(self, done: Done, tx: Transaction) -> None:
        job, tracer = done.job, self._runtime.telemetry.tracer
        with (
            remote_span(tracer, "record delivery", job.traceparent, SpanKind.INTERNAL),
            working_on(job.correlation_id, str(job.id)),
        ):
            await record_outcome(done, tx)

    async def _finish(self, job: Job) -> Done:
        """Send. A shutdown in the middle waits for the answer and records it."""
        faults.step("delivery.claimed")
        sending = asyncio.ensure_future(self._send(job))
        try:
            result = await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.wait({sending}, timeout=LAST_MAIL_SECONDS)
            if sending.done() and not sending.cancelled():
                await self._keep(Done(job, sending.result(), 0))
            raise
        faults.step("delivery.sent", result.outcome is Outcome.SENT)
        log.info("delivery.tried", delivery=str(job.id), outcome=result.detail)
        return Done(job, result, secrets.randbelow(1000) / 1000)

    async def _keep(self, done: Done) -> None:
        async with self._runtime.database.transaction() as tx:
            await self._record(done, tx)

    async def _send(self, job: Job) -> Result:
        if (unsent := self._reason_not_to(job)) is not None:
            return unsent
        message = mail.write(job, self._address(job), self._settings, self._runtime.ring)
        tracer, channel = self._runtime.telemetry.tracer, self._channels[job.channel]
        name, about = f"deliver {job.channel}", {"lead.delivery.attempt": job.attempts}
        with remote_span(tracer, name, job.traceparent, SpanKind.CLIENT, **about) as span:
            result = await channel.send(message, self._runtime.clock.now())
            span.set_attribute("lead.delivery.outcome", result.detail)
            return result

    def _reason_not_to(self, job: Job) -> Result | None:
        if job.answered:
            return Result(Outcome.CANCELLED, "answered")
        if job.unknowns > UNKNOWNS_ALLOWED + 1:
            return Result(Outcome.REFUSED, "unknown_twice")
        if not self._address(job):
            return Result(Outcome.REFUSED, "no_address")
        return None

    def _address(self, job: Job) -> str:
        if job.recipient == PROGRAM_LINE and not job.line:
            return self._settings.program_line_email or ""
        return job.address(self._runtime.ring) or ""
