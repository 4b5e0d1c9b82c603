"""Reading the audit trail: who saw whom, and whether every record is still there as written."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from shared.audit import AuditRecord
from shared.callers import Caller, require
from shared.database import Transaction
from shared.dates import Moment
from shared.errors import FieldError, Invalid
from shared.idempotency import IdempotentRoute, Tx
from shared.operations import runtime_of
from shared.paging import Limit, Page, page_of
from shared.sealing import KeyRing

READ_AHEAD = 1_000

Officer = Annotated[Caller, Depends(require("privacy-officer"))]
Verifier = Annotated[Caller, Depends(require("privacy-officer", "ops"))]
router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=IdempotentRoute)

_RECORDS = """
SELECT day, number, at, actor, roles, sites, agency, via, action, about, outcome, trace
FROM audit_record
WHERE sites && $1::text[] AND ($2::text IS NULL OR about @> ARRAY[$2::text])
  AND ($3::text IS NULL OR actor = $3)
  AND at >= coalesce($4::timestamptz, '-infinity')
  AND (day, number) < ($5::date, $6::bigint)
ORDER BY day DESC, number DESC LIMIT $7"""


class Finding(BaseModel):
    """One thing that is not as it was written; `number` is null when it is about the day."""

    day: date
    number: int | None = None
    what: str


class Verification(BaseModel):
    """Keep `head` outside this system: the next verification must still find it."""

    service: str
    days: int
    records: int
    last_day: date | None
    head: str | None
    findings: list[Finding]


@router.get("/records", summary="Who saw or did what, newest first")
async def list_records(
    caller: Officer,
    tx: Tx,
    about: Annotated[str | None, Query(max_length=64)] = None,
    actor: Annotated[str | None, Query(max_length=200)] = None,
    since: Moment | None = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(pattern=r"^\d{4}-\d\d-\d\d\.\d{1,12}$")] = None,
) -> Page[AuditRecord]:
    """Of this officer's sites. `about`: a participant's key or a record's id (R-20)."""
    day, number = _place(cursor)
    rows = await tx.raw.fetch(
        _RECORDS, sorted(caller.sites), _text(about), _text(actor), since, day, number, limit + 1
    )
    found = [AuditRecord.model_validate(dict(row)) for row in rows]
    return page_of(found, limit, lambda record: f"{record.day}.{record.number}")


def _text(value: str | None) -> str | None:
    return value.replace("\0", "") if value else None


def _place(cursor: str | None) -> tuple[date, int]:
    if cursor is None:
        return date.max, 0
    day, _, number = cursor.partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        fault = FieldError("/cursor", "invalid", "Use the cursor of the page before.")
        raise Invalid(errors=(fault,)) from None


@router.get("/verification", summary="Is every record there, as it was written?")
async def verify_trail(
    request: Request,
    _: Verifier,
    tx: Tx,
    noted: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
) -> Verification:
    """Walks the whole chain. `findings` is empty when nothing was changed or removed.

    Only with the `head` of an earlier answer as `noted` is it sure that the end is not cut off.
    """
    runtime = runtime_of(request)
    kept = tx.now - timedelta(days=runtime.settings.audit_retention_days)
    found = await verify(tx, runtime.service.name, kept)
    if noted and not await _still_there(tx, bytes.fromhex(noted)):
        day = found.last_day or tx.now.astimezone(UTC).date()
        found.findings.append(Finding(day=day, what="the noted head is not in the chain"))
    return found


async def _still_there(tx: Transaction, head: bytes) -> bool:
    query = """SELECT EXISTS (SELECT 1 FROM audit_day WHERE head = $1)
        OR EXISTS (SELECT 1 FROM audit_record WHERE hash = $1)"""
    return bool(await tx.raw.fetchval(query, head))


async def verify(tx: Transaction, service: str, kept_since: datetime) -> Verification:
    """Compare the chain with what is stored; records older than `kept_since` may be gone."""
    findings: list[Finding] = []
    days = await tx.raw.fetch("SELECT * FROM audit_day ORDER BY day")
    first_kept = kept_since.astimezone(UTC).date()
    counted, expected = 0, None
    for row in days:
        if expected is not None and bytes(row["previous"]) != expected:
            findings.append(Finding(day=row["day"], what="does not continue the day before"))
        expected = bytes(row["head"])
        if row["day"] >= first_kept:
            counted += await _verify_day(tx, row, findings)
    known = [row["day"] for row in days]
    orphans = "SELECT DISTINCT day FROM audit_record WHERE day <> ALL($1::date[]) ORDER BY day"
    for orphan in await tx.raw.fetch(orphans, known):
        findings.append(Finding(day=orphan["day"], what="the day's own record is missing"))
    return Verification(
        service=service,
        days=len(days),
        records=counted,
        last_day=known[-1] if known else None,
        head=expected.hex() if expected is not None else None,
        findings=findings,
    )


async def _verify_day(tx: Transaction, day: asyncpg.Record, findings: list[Finding]) -> int:
    """Adds what is wrong with one day's records; returns how many there are."""

    def find(number: int | None, what: str) -> None:
        findings.append(Finding(day=day["day"], number=number, what=what))

    previous, last, counted = bytes(day["previous"]), 0, 0
    async for row in _stored(tx, day["day"]):
        counted += 1
        gap = row["number"] - last - 1
        if gap:
            find(last + 1, f"missing: {gap}")
        # After a gap the link cannot be computed; the gap itself is the finding.
        elif not _as_written(row, previous, tx.ring):
            find(row["number"], "changed")
        # Go on from what is stored: one changed record must not accuse all that follow.
        previous, last = bytes(row["hash"]), row["number"]
    if last < day["records"]:
        find(last + 1, f"missing: {day['records'] - last}")
    elif previous != bytes(day["head"]):
        find(None, "does not end in its last record")
    return counted


def _as_written(row: asyncpg.Record, previous: bytes, ring: KeyRing) -> bool:
    values: dict[str, Any] = dict(row)
    stored = bytes(values.pop("hash"))
    return AuditRecord.model_validate(values).hash_after(previous, ring) == stored


async def _stored(tx: Transaction, day: date) -> AsyncIterator[asyncpg.Record]:
    """A page at a time: years of records must not stand in memory."""
    query = "SELECT * FROM audit_record WHERE day = $1 AND number > $2 ORDER BY number LIMIT $3"
    last, rows = -1, [None] * READ_AHEAD
    while len(rows) == READ_AHEAD:
        rows = await tx.raw.fetch(query, day, last, READ_AHEAD)
        for row in rows:
            yield row
            last = row["number"]
