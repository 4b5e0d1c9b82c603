"""The delivery workers: claim, call outside any transaction, record the outcomes.

Recording outcomes and claiming the next deliveries share one transaction. A worker that dies in
between leaves its leases behind; when these end the deliveries are tried once more, and no more.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy.exc import DBAPIError

from notifier import limits, mail, queue
from notifier.channels import Outcome, Result
from notifier.channels.breaker import Breaker
from notifier.channels.offer import open_channel
from notifier.contacts.domain import Channel
from notifier.mail import Past
from notifier.outcomes import (
    UNKNOWNS_ALLOWED,
    Done,
    in_order,
    record_sent,
    record_unsent,
    tell_sent,
)
from notifier.queue import Job
from notifier.routing import PROGRAM_LINE
from notifier.settings import Settings
from shared.context import working_on
from shared.database import Transaction
from shared.errors import TRANSIENT, is_transient, kind_of
from shared.pacing import Pace
from shared.service import Runtime
from shared.telemetry import remote_span

PAGE = 8
POLL_SECONDS = 0.5
TURN_SECONDS = 1
LAST_MAIL_SECONDS = 15
PERHAPS_PASSING: tuple[type[BaseException], ...] = (DBAPIError, *TRANSIENT)

Deliverer = Callable[[Runtime], Coroutine[Any, Any, None]]

log = structlog.get_logger()


def deliverers(settings: Settings) -> list[Deliverer]:
    """Workers for each channel alone: one that is down or slow holds up no other."""
    workers = {
        Channel.EMAIL: settings.delivery_workers,
        Channel.SMS: 1,
        Channel.WEBHOOK: 2,
        Channel.CHAT: 1,
    }
    return [_deliverer(channel, workers[channel]) for channel in Channel]


def _deliverer(channel: Channel, workers: int) -> Deliverer:
    async def deliver(runtime: Runtime) -> None:
        """A channel's workers, as a task of the service."""
        crew = Crew()
        runtime.metrics.gauge(
            "lead.channel.left_alone",
            "1",
            lambda: int(crew.breaker.allowance(runtime.clock.now(), 1) == 0),
            channel=channel,
        )
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(_work(Worker(runtime, channel, crew)))

    deliver.__name__ = f"deliver-{channel}"
    return deliver


async def _work(worker: "Worker") -> None:
    try:
        await worker.run()
    finally:
        await worker.close()


@dataclass(frozen=True)
class Crew:
    """What the workers of one channel share. At the database they stand in line, so that many may
    be sending while one records and claims; who has nothing to do waits for the `turn`."""

    breaker: Breaker = field(default_factory=Breaker)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    books: asyncio.Lock = field(default_factory=asyncio.Lock)


class Worker:
    """Delivers one channel's messages, one after the other, over a connection of its own."""

    def __init__(self, runtime: Runtime, channel: str, crew: Crew) -> None:
        self._runtime, self._settings = runtime, cast("Settings", runtime.settings)
        self._name, self._channel = channel, open_channel(channel, self._settings)
        self._crew = crew
        self._wake = runtime.database.waker(queue.waker(channel))
        self._done: list[Done] = []
        self._untried: list[Job] = []
        self._too_many: set[UUID] = set()

    async def run(self) -> None:
        pace = Pace()
        while True:
            pace.start()
            jobs = await self._next()
            if len(jobs) == PAGE:
                # There may be more, for whoever has nothing to do.
                self._wake.set()
            await self._work_off(jobs)
            if 0 < len(jobs) < PAGE:
                await pace.rest()
            elif not jobs:
                await self._rest()

    async def close(self) -> None:
        """Nothing that is known is left unsaid: what was sent is not sent again after a restart."""
        if self._done or self._untried:
            async with self._runtime.work_database.transaction() as tx:
                await self._record(tx)
        await self._channel.close()

    async def _rest(self) -> None:
        async with self._crew.turn:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
            self._wake.clear()

    async def _next(self) -> list[Job]:
        """Record how the last ones went and claim others; waits for a database that is away."""
        while True:
            try:
                async with self._crew.books, self._runtime.work_database.transaction() as tx:
                    await self._record(tx)
                    most = self._crew.breaker.allowance(tx.now, PAGE)
                    lease = self._settings.delivery_lease_seconds
                    jobs = await queue.claim(tx, self._name, lease, most) if most else []
                    self._too_many = await limits.too_many(tx, bundled(jobs))
            except PERHAPS_PASSING as error:
                if not is_transient(error):
                    raise
                log.warning("deliveries.interrupted", error=kind_of(error))
                await asyncio.sleep(1)
            else:
                self._done, self._untried = [], jobs
                return jobs

    async def _record(self, tx: Transaction) -> None:
        dones = await in_order(self._done, tx)
        sent = await record_sent(dones, tx)
        for done in dones:
            with self._about(done.job):
                if done.is_sent:
                    await tell_sent(done, sent.get(done.job.id), tx)
                else:
                    await record_unsent(done, tx)
        await queue.release(tx, self._untried)

    @contextmanager
    def _about(self, job: Job) -> Iterator[None]:
        tracer = self._runtime.telemetry.tracer
        with (
            remote_span(tracer, "record delivery", job.traceparent, SpanKind.INTERNAL),
            working_on(job.correlation_id, str(job.id)),
        ):
            yield

    async def _work_off(self, jobs: Sequence[Job]) -> None:
        """One after the other; behind a slow server the rest is given back, to be asked anew
        whether anybody still needs it."""
        began = time.monotonic()
        for bundle in bundled(jobs):
            if time.monotonic() - began > TURN_SECONDS:
                return
            self._untried = [job for job in self._untried if job not in bundle]
            await self._finish(bundle)

    async def _finish(self, bundle: Sequence[Job]) -> None:
        """Send. A shutdown in the middle waits for the answer."""
        sending = asyncio.ensure_future(self._send_together(bundle))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.wait({sending}, timeout=LAST_MAIL_SECONDS)
            raise
        finally:
            if sending.done() and not sending.cancelled() and not sending.exception():
                chance = secrets.randbelow(1000) / 1000
                self._done += [Done(job, result, chance) for job, result in sending.result()]
        for done in self._done[-len(bundle) :]:
            log.info("delivery.tried", delivery=str(done.job.id), outcome=done.result.detail)

    async def _send_together(self, bundle: Sequence[Job]) -> list[tuple[Job, Result]]:
        """What nobody needs any more is left out; the rest is one message, with one outcome."""
        unsent = {job.id: self._reason_not_to(job) for job in bundle}
        needed = [job for job in bundle if unsent[job.id] is None]
        found = [(job, reason) for job in bundle if (reason := unsent[job.id]) is not None]
        if needed:
            result = await self._send(needed)
            found += [(job, result) for job in needed]
        return found

    async def _send(self, jobs: Sequence[Job]) -> Result:
        job = jobs[0]
        numbers = list(dict.fromkeys(one.number for one in jobs if one.number is not None))
        to, ring = self._address(job), self._runtime.ring
        message = mail.write(job, to, self._settings, ring, numbers=numbers, past=past_of(jobs))
        tracer = self._runtime.telemetry.tracer
        name, about = f"deliver {job.channel}", {"lead.delivery.attempt": job.attempts}
        with remote_span(tracer, name, job.traceparent, SpanKind.CLIENT, **about) as span:
            result = await self._channel.send(message, self._runtime.clock.now())
            self._crew.breaker.note(result, self._runtime.clock.now())
            span.set_attribute("lead.delivery.outcome", result.detail)
            return result

    def _reason_not_to(self, job: Job) -> Result | None:
        if job.answered:
            return Result(Outcome.CANCELLED, "answered")
        if job.id in self._too_many:
            return Result(Outcome.HELD, "too_many")
        if job.unknowns > UNKNOWNS_ALLOWED + 1:
            return Result(Outcome.REFUSED, "unknown_twice")
        if not self._address(job):
            return Result(Outcome.REFUSED, "no_address")
        return None

    def _address(self, job: Job) -> str:
        if job.recipient == PROGRAM_LINE and not job.line:
            return self._settings.program_line_email or ""
        return job.address(self._runtime.ring) or ""


def past_of(jobs: Sequence[Job]) -> Past | None:
    """How many old contacts these messages tell of, and from when to when; None for others."""
    told = [job for job in jobs if job.is_history and job.first_at and job.last_at]
    if not told:
        return None
    # Sent by two ways, an alert counts once.
    contacts = {job.alert_id: job.contacts or 0 for job in told}
    first, last = (
        pick(at for job in told if (at := getattr(job, name)))
        for pick, name in ((min, "first_at"), (max, "last_at"))
    )
    return Past(sum(contacts.values()), first, last)


def bundled(jobs: Sequence[Job]) -> list[list[Job]]:
    """What can wait and is due at one time for one person comes as one message."""
    found: dict[object, list[Job]] = {}
    for job in jobs:
        whose = (job.site, job.recipient, job.method_id, job.is_history)
        place = whose if job.waits else job.id
        found.setdefault(place, []).append(job)
    return list(found.values())
