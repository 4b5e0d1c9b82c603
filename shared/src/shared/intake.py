"""Taking reports in: requests that arrive together share one statement and so one commit.

The statement writes the report's record digest, its idempotency key and its event, or nothing. A
batch forms while the one before it commits, so an idle service adds no delay.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from shared import faults, outbox
from shared.canonical import VERSION, canonical
from shared.database import Database, run_alone
from shared.errors import TRANSIENT, Conflict, Invalid, Overloaded, is_transient, kind_of
from shared.events.report import Report
from shared.events.wire import Encoded
from shared.sealing import KeyRing

PAGE = 256
RECONNECT_SECONDS = 0.2

_ACCEPT = f"""
WITH incoming AS (
    SELECT * FROM {outbox.INCOMING}
    JOIN unnest($8::uuid[], $9::bytea[], $10::bytea[], $11::bytea[], $12::text[], $13::text[])
         WITH ORDINALITY AS r(receipt, record_digest, content_digest, idempotency_digest, site,
                              source, position) USING (position)),
accepted AS (
    INSERT INTO intake (receipt, record_digest, content_digest, idempotency_digest, site, source,
                        received_at)
    SELECT receipt, record_digest, content_digest, idempotency_digest, site, source, $14
    FROM incoming ORDER BY position ON CONFLICT DO NOTHING RETURNING receipt),
written AS (
    INSERT INTO outbox (id, topic, key, key_hash, type, headers, payload)
    SELECT id, topic, key, key_hash, type, headers, payload
    FROM incoming JOIN accepted USING (receipt) ORDER BY position RETURNING seq),
queued AS (INSERT INTO outbox_pending (seq) SELECT seq FROM written)
SELECT receipt FROM accepted"""  # noqa: S608 - constant text

_KNOWN = """
SELECT receipt, record_digest, content_digest, idempotency_digest FROM intake
WHERE record_digest = ANY($1::bytea[]) OR idempotency_digest = ANY($2::bytea[])"""

log = structlog.get_logger()


class RecordContradicted(Conflict):
    """This record and version was reported before with other content: raise `record_version`."""


class KeyUsedForAnotherRecord(Invalid):
    """This Idempotency-Key was used for a different report: use a new key."""


@dataclass(slots=True)
class _Arrival:
    event: Encoded
    receipt: UUID
    site: str
    source: str
    record: bytes
    content: bytes
    # As releases before `shared/canonical.py` made it; needed only when such a one is stored.
    earlier_content: Callable[[], bytes]
    idempotency: bytes | None
    answer: asyncio.Future[UUID] = field(default_factory=asyncio.Future)


class Intake:
    """Accepts reports for one service. Run `run` as a supervised task; `stop` drains it."""

    def __init__(self, database: Database, queue_limit: int) -> None:
        self._database, self._limit = database, queue_limit
        self._ring = database.ring
        self._queue: deque[_Arrival] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False

    async def accept(
        self, report: Report, *, sub: str = "", idempotency_key: str | None = None
    ) -> UUID:
        """Returns the record's receipt once it is durable; the same record again, the same receipt.

        Raises RecordContradicted, KeyUsedForAnotherRecord, or Overloaded when too many wait.
        """
        if len(self._queue) >= self._limit or self._stopping:
            raise Overloaded(retry_after=2)
        arrival = self._arrival(report, sub, idempotency_key)
        self._queue.append(arrival)
        self._arrived.set()
        return await arrival.answer

    def _arrival(self, report: Report, sub: str, key: str | None) -> _Arrival:
        digest = self._ring.digest
        without = _not_content(report)
        return _Arrival(
            event=outbox.encode(report, self._ring),
            receipt=report.receipt,
            site=report.site,
            source=report.source_system,
            record=record_digest(
                self._ring,
                report.site,
                report.source_system,
                report.source_record_id,
                report.record_version,
            ),
            content=VERSION + digest("content", canonical(report, without=without)),
            earlier_content=lambda: digest("content", report.model_dump_json(exclude=without)),
            idempotency=digest("idempotency", sub, key) if key else None,
        )

    async def run(self) -> None:
        while not self._stopping or self._queue:
            try:
                await self._session()
            except (asyncpg.PostgresError, *TRANSIENT) as error:
                log.warning("intake.interrupted", error=kind_of(error))
                # Nobody waits for an outage to end: the clients are told to come back.
                while self._queue:
                    _fail(self._queue.popleft(), error)
                await asyncio.sleep(RECONNECT_SECONDS)

    def stop(self) -> None:
        self._stopping = True
        self._arrived.set()

    async def _session(self) -> None:
        connection = await self._database.connect()
        try:
            while not self._stopping or self._queue:
                await self._arrived.wait()
                # Whoever is ready in this turn of the event loop comes along.
                await asyncio.sleep(0)
                self._arrived.clear()
                while self._queue:
                    if connection.is_closed():
                        # It was lost while idle: nothing was sent on it, so nothing is unknown.
                        self._arrived.set()
                        return
                    size = min(len(self._queue), PAGE)
                    await self._settle(connection, [self._queue.popleft() for _ in range(size)])
        finally:
            await connection.close(timeout=2)

    async def _settle(self, connection: Any, page: list[_Arrival]) -> None:
        """Answer every request of the page, one way or the other."""
        try:
            await self._write(connection, page)
        except Exception as error:
            if len(page) > 1 and not is_transient(error):
                for arrival in page:
                    await self._settle(connection, [arrival])
                return
            for arrival in page:
                # After a lost connection the commit is unknown: let the client repeat the request.
                _fail(arrival, error)
            if is_transient(error):
                raise

    async def _write(self, connection: Any, page: list[_Arrival]) -> None:
        faults.step("intake.before_commit")
        rows = await run_alone(
            connection,
            _ACCEPT,
            *outbox.columns([a.event for a in page]),
            [a.receipt for a in page],
            [a.record for a in page],
            [a.content for a in page],
            [a.idempotency for a in page],
            [a.site for a in page],
            [a.source for a in page],
            self._database.clock.now(),
        )
        faults.step("intake.committed")
        self._database.waker("outbox").set()
        accepted = {row["receipt"] for row in rows}
        repeated = [arrival for arrival in page if arrival.receipt not in accepted]
        for arrival in page:
            if arrival.receipt in accepted and not arrival.answer.done():
                arrival.answer.set_result(arrival.receipt)
        if repeated:
            await self._answer_repeated(connection, repeated)

    async def _answer_repeated(self, connection: Any, page: Sequence[_Arrival]) -> None:
        keys = [a.idempotency for a in page if a.idempotency]
        known = await connection.fetch(_KNOWN, [a.record for a in page], keys)
        by_record = {row["record_digest"]: row for row in known}
        by_key = {row["idempotency_digest"]: row["record_digest"] for row in known}
        for arrival in page:
            stored = by_record.get(arrival.record)
            used_for = by_key.get(arrival.idempotency) if arrival.idempotency else None
            if stored is None or used_for not in (None, arrival.record):
                _fail(arrival, KeyUsedForAnotherRecord())
            elif not _is_repeated(arrival, stored["content_digest"]):
                _fail(arrival, RecordContradicted())
            elif not arrival.answer.done():
                arrival.answer.set_result(stored["receipt"])


def _is_repeated(arrival: _Arrival, stored: bytes) -> bool:
    if stored.startswith(VERSION) and len(stored) == len(arrival.content):
        return stored == arrival.content
    return stored == arrival.earlier_content()


def record_digest(
    ring: KeyRing, site: str, source_system: str, source_record_id: str, version: int
) -> bytes:
    """Recognizes one version of one record, and says nothing about it."""
    return ring.digest("record", site, source_system, source_record_id, str(version))


def _not_content(report: Report) -> set[str]:
    """What differs when the same report is sent again."""
    ours = {"id", "receipt", "subject", "received_at"}
    if report.occurred_at == report.received_at:
        # The source gave no time of its own.
        ours.add("occurred_at")
    return ours


def _fail(arrival: _Arrival, error: Exception) -> None:
    if not arrival.answer.done():
        arrival.answer.set_exception(error)
