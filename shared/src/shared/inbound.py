"""How reports come in over HTTP: one, or a batch of lines. The same answer whoever it is about.

The bodies are read as bytes: this is the hot path, and an invalid body must meet our own checks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import from_json, to_json

from shared import problems
from shared.callers import Caller
from shared.database import Transaction
from shared.errors import TRANSIENT, DomainError, FieldError, Invalid, Overloaded
from shared.events import Report
from shared.ids import new_id
from shared.intake import Intake, record_digest
from shared.operations import runtime_of
from shared.reports import ReportIn, read_report
from shared.sealing import KeyRing
from shared.service import Runtime

NDJSON = "application/x-ndjson"
MAX_LINES = 1_000
# Why reports are not in the audit trail: a chain has one end, and this is the hot path (ADR 0025).
RECEIPTED = "an agency's report: the intake keeps receipt, source, site and time of each"
# A large batch must not keep the event loop from everybody else.
LINES_PER_TURN = 25

Body = TypeVar("Body", bound=ReportIn)


class Receipt(BaseModel):
    """The report is kept. What becomes of it is not for the sender to know."""

    receipt: UUID


class LineAnswer(BaseModel):
    """What became of one line: a receipt, or a problem's members beside `line` and `status`."""

    line: int
    status: int
    receipt: UUID | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was refused, without the record: its digest, its source, and why."""

    digest: bytes
    site: str
    source_system: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Inlet(Generic[Body]):
    """One kind of report: its body, the event it becomes, and who is told of refusals."""

    model: type[Body]
    event: Callable[[Body, UUID, datetime], Report]
    refused: Callable[[Sequence[Refusal], Transaction], Awaitable[None]] | None = None

    async def take(self, request: Request, caller: Caller) -> Response:
        """202 and a receipt once the report is durable. Raises what the caller can act on."""
        key = request.headers.get("idempotency-key")
        return await self.take_body(runtime_of(request), caller, await request.body(), key)

    async def take_body(
        self, runtime: Runtime, caller: Caller, body: bytes, key: str | None
    ) -> Response:
        """The same for a body that came another way, such as inside a signed webhook."""
        try:
            report = self._read(runtime, caller, body)
        except Invalid as error:
            await self._keep(runtime, [_refusal(runtime.ring, caller, body, error)])
            raise
        receipt = await _intake(runtime).accept(report, sub=caller.sub, idempotency_key=key)
        content = b'{"receipt":"%s"}' % str(receipt).encode()
        return Response(content, 202, media_type="application/json")

    async def take_batch(self, request: Request, caller: Caller) -> Response:
        """A line per line. The lines are accepted together, so that they share commits."""
        runtime, batch = runtime_of(request), _Batch(request, caller)
        lines, tasks = _lines(await request.body()), []
        async with asyncio.TaskGroup() as group:
            for number, line in lines:
                tasks.append(group.create_task(self._take_line(batch, number, line)))
                if len(tasks) % LINES_PER_TURN == 0:
                    await asyncio.sleep(0)
        answers = [task.result() for task in tasks]
        await self._keep(runtime, [refusal for _, refusal in answers])
        content = b"".join(to_json(answer) + b"\n" for answer, _ in answers)
        return Response(content, 200, media_type=NDJSON)

    async def _take_line(
        self, batch: "_Batch", number: int, line: bytes
    ) -> tuple[dict[str, Any], Refusal | None]:
        runtime, caller, refusal = batch.runtime, batch.caller, None
        try:
            try:
                report = self._read(runtime, caller, line)
            except Invalid as error:
                refusal = _refusal(runtime.ring, caller, line, error)
                raise
            receipt = await _intake(runtime).accept(
                report, sub=caller.sub, idempotency_key=batch.key_of(number)
            )
        except DomainError as error:
            return batch.problem(number, error), refusal
        except TRANSIENT:
            unavailable = Overloaded("A part of the system is not reachable.", retry_after=5)
            return batch.problem(number, unavailable), None
        return {"line": number, "status": 202, "receipt": str(receipt)}, None

    def _read(self, runtime: Runtime, caller: Caller, body: bytes) -> Report:
        now = runtime.clock.now()
        report = read_report(self.model, body, now)
        caller.at_site(report.site)
        caller.speaking_for(report.source_system)
        return self.event(report, new_id(), now)

    async def _keep(self, runtime: Runtime, refusals: Sequence[Refusal | None]) -> None:
        """In a transaction of its own: the request that is refused keeps nothing else."""
        known = [refusal for refusal in refusals if refusal is not None]
        if known and self.refused is not None:
            async with runtime.database.transaction() as tx:
                await self.refused(known, tx)


class _Batch:
    """What the lines of one request share."""

    def __init__(self, request: Request, caller: Caller) -> None:
        self.runtime, self.caller = runtime_of(request), caller
        self._key = request.headers.get("idempotency-key")
        self._instance = problems.instance_of(request.scope)
        self._root = problems.root_of(request.scope)

    def key_of(self, line: int) -> str | None:
        return f"{self._key}/{line}" if self._key else None

    def problem(self, line: int, error: DomainError) -> dict[str, Any]:
        return {"line": line, **problems.document(error, self._instance, self._root)}


def _lines(body: bytes) -> list[tuple[int, bytes]]:
    """Numbered from 1 as an editor counts; blank ones left out. Raises Invalid for too many."""
    lines = [(n, line) for n, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    if len(lines) > MAX_LINES:
        hint = f"Send at most {MAX_LINES} lines in one request."
        raise Invalid(errors=(FieldError("", "too_many_lines", hint),))
    return lines


def _intake(runtime: Runtime) -> Intake:
    if runtime.intake is None:
        raise TypeError(f"{runtime.service.name} is not declared with takes_reports")
    return runtime.intake


def _refusal(ring: KeyRing, caller: Caller, body: bytes, error: Invalid) -> Refusal | None:
    """None when site or source is not the caller's: one cannot leave marks at somebody else's."""
    try:
        found = from_json(body)
    except ValueError:
        # Too large to be parsed for a refusal's sake, and not JSON.
        return None
    record = found if isinstance(found, dict) else {}
    site = _own(record.get("site"), caller.sites)
    source = _own(record.get("source_system"), caller.sources)
    if site is None or source is None:
        return None
    number, version = record.get("source_record_id"), record.get("record_version", 1)
    if isinstance(number, str) and isinstance(version, int):
        digest = record_digest(ring, site, source, number.strip(), version)
    else:
        digest = ring.digest("unnamed-record", site, source, body.decode("utf-8", "replace"))
    return Refusal(digest, site, source, tuple(sorted({e.code for e in error.errors})))


def _own(named: Any, owned: frozenset[str]) -> str | None:
    if isinstance(named, str):
        return named if named in owned else None
    return next(iter(owned)) if len(owned) == 1 else None
