"""The contact table: one row per report, its sealed body while it waits, and its purge.

Plain SQL: every police contact of a city comes through here.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.matching.domain import Finding
from casework.matching.recontact import CASE_REPORTS, contact_type_of, outcome_of
from casework.settings import Policy
from shared.database import Transaction
from shared.events import ContactReported, Report
from shared.sealing import DataClass

PURGE_PAGE = 5_000

_REPORTS: tuple[type[Report], ...] = (ContactReported, *CASE_REPORTS)
_KINDS = {kind.type: kind for kind in _REPORTS}

# One statement: the row, and for as long as nobody was found also body and traces.
_ADD = """
WITH added AS (
    INSERT INTO contact (receipt, site, source_system, source_record_id, record_version,
                         contact_type, occurred_at, received_at, outcome, tier, participant_key,
                         purge_due_at, evidence, said)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $15::text::jsonb, $16)
    ON CONFLICT (receipt) DO NOTHING RETURNING receipt),
kept AS (
    INSERT INTO contact_body (receipt, sealed)
    SELECT receipt, $13 FROM added WHERE $13::text IS NOT NULL),
traced AS (
    INSERT INTO contact_trace (receipt, digest)
    SELECT receipt, unnest($14::bytea[]) FROM added)
SELECT receipt FROM added"""

_WAITING = """
SELECT receipt, sealed FROM contact JOIN contact_body USING (receipt)
WHERE receipt = ANY(ARRAY(SELECT receipt FROM contact_trace WHERE digest = ANY($1)))
  AND site = $2 AND outcome IN ('unmatched', 'to_review')
ORDER BY receipt FOR UPDATE OF contact"""

_FORGET_MATCHED = """
WITH due AS (
    SELECT receipt FROM contact
    WHERE outcome IN ('matched', 'matched_alerted') AND purge_due_at <= $1
    ORDER BY purge_due_at LIMIT 1000 FOR UPDATE SKIP LOCKED),
body AS (DELETE FROM contact_body b USING due WHERE b.receipt = due.receipt)
UPDATE contact c SET purge_due_at = NULL FROM due WHERE c.receipt = due.receipt"""

_WITHDRAW = """
WITH body AS (DELETE FROM contact_body WHERE receipt = ANY($1)),
trace AS (DELETE FROM contact_trace WHERE receipt = ANY($1)),
review AS (
    UPDATE identity_review SET identity_digest = NULL, evidence = NULL,
           state = CASE state WHEN 'open' THEN 'expired' ELSE state END
    WHERE receipt = ANY($1))
UPDATE contact SET outcome = 'retracted', source_record_id = NULL, participant_key = NULL,
                   purge_due_at = NULL, purged_at = $2, evidence = NULL, said = NULL
WHERE receipt = ANY($1)"""

_PURGE = """
body AS (DELETE FROM contact_body b USING due WHERE b.receipt = due.receipt),
trace AS (DELETE FROM contact_trace t USING due WHERE t.receipt = due.receipt),
review AS (
    UPDATE identity_review r SET state = 'expired', identity_digest = NULL FROM due
    WHERE r.receipt = due.receipt AND r.state = 'open')
UPDATE contact c SET outcome = 'unmatched_purged', source_record_id = NULL, purged_at = $1,
                     said = NULL
FROM due WHERE c.receipt = due.receipt"""

_PURGE_ONE = f"WITH due AS (SELECT $2::uuid AS receipt),{_PURGE}"

_PURGE_DUE = f"""
WITH due AS (
    SELECT receipt FROM contact
    WHERE outcome IN ('unmatched', 'to_review') AND purge_due_at <= $2
    ORDER BY purge_due_at LIMIT {PURGE_PAGE} FOR UPDATE SKIP LOCKED),{_PURGE}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is kept of a report that matched nobody yet: sealed, and digests to find it by."""

    sealed: str | None = None
    traces: Sequence[bytes] = ()


async def add_contacts(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> set[UUID]:
    """Record what reports turned out to be. Returns the receipts that were not recorded before."""
    return {row["receipt"] for row in await tx.raw.fetchmany(_ADD, rows)}


def row(report: Report, found: Finding, waiting: Waiting, policy: Policy) -> tuple[Any, ...]:
    """What `add_contacts` writes of one report."""
    return (
        report.receipt, report.site, report.source_system, report.source_record_id,
        report.record_version, contact_type_of(report), report.occurred_at, report.received_at,
        found.outcome, found.tier, found.match.participant_key if found.match else None,
        purge_due_at(report, found, policy), waiting.sealed, waiting.traces, _evidence(found),
        outcome_of(report),
    )  # fmt: skip


def _evidence(found: Finding) -> str | None:
    """Levels and weights of an automatic match; a reviewer's is with the review."""
    evidence = found.match.evidence if found.match else None
    return json.dumps(evidence.as_json()) if evidence else None


def purge_due_at(report: Report, found: Finding, policy: Policy) -> datetime | None:
    """Counted from the receipt, whenever we came to handle it (R-12)."""
    if found.match:
        return report.received_at + policy.lookback
    reviewed = bool(found.candidates)
    return report.received_at + (
        policy.review_retention if reviewed else policy.unmatched_retention
    )


async def settle_contact(
    tx: Transaction, report: Report, found: Finding, digests: Sequence[bytes], policy: Policy
) -> None:
    """A report that waited was matched, or must be reviewed now."""
    key = found.match.participant_key if found.match else None
    await tx.raw.execute(
        "UPDATE contact SET outcome = $2, tier = $3, participant_key = $4, purge_due_at = $5,"
        " evidence = $6::text::jsonb WHERE receipt = $1",
        report.receipt, found.outcome, found.tier, key, purge_due_at(report, found, policy),
        _evidence(found),
    )  # fmt: skip
    if found.match:
        await tx.raw.execute("DELETE FROM contact_trace WHERE receipt = $1", report.receipt)
    else:
        await tx.raw.execute(
            "INSERT INTO contact_trace (receipt, digest) SELECT $1, unnest($2::bytea[])"
            " ON CONFLICT DO NOTHING",
            report.receipt, digests,
        )  # fmt: skip


async def mark_alerted(tx: Transaction, alerts: Sequence[tuple[UUID, datetime]]) -> None:
    """Receipts of matched reports, and when their alerts were raised."""
    await tx.raw.executemany(
        "UPDATE contact SET outcome = 'matched_alerted', alerted_at = $2"
        " WHERE receipt = $1 AND outcome = 'matched'",
        sorted(alerts),
    )


async def purge_contact(tx: Transaction, receipt: UUID) -> None:
    """A human said that nobody on file was meant: nothing of the person is kept any longer."""
    await tx.raw.execute(_PURGE_ONE, tx.now, receipt)


async def purge_due(tx: Transaction, due_before: datetime) -> bool:
    """Body, digests and record number go; the row stays, for counting. True when more is due."""
    tag = await tx.raw.execute(_PURGE_DUE, tx.now, due_before)
    return int(tag.rsplit(" ", 1)[1]) == PURGE_PAGE


async def forget_due(tx: Transaction, due_before: datetime) -> None:
    """The look-back of matched reports ended: their sealed bodies go, what they led to stays."""
    await tx.raw.execute(_FORGET_MATCHED, due_before)


async def withdraw(tx: Transaction, receipts: Sequence[UUID]) -> None:
    """The record was wrong, sealed or expunged: only countable rows are left (R-26)."""
    await tx.raw.execute(_WITHDRAW, receipts, tx.now)


async def lock_contact(tx: Transaction, receipt: UUID) -> Mapping[str, Any] | None:
    row: Mapping[str, Any] | None = await tx.raw.fetchrow(
        "SELECT site, participant_key, tier FROM contact WHERE receipt = $1 FOR UPDATE", receipt
    )
    return row


async def lock_record(
    tx: Transaction, site: str, source_system: str, record: str
) -> list[Mapping[str, Any]]:
    """Every version of one record, oldest first."""
    return list(
        await tx.raw.fetch(
            "SELECT receipt, participant_key, record_version FROM contact"
            " WHERE source_system = $1 AND source_record_id = $2 AND site = $3"
            " ORDER BY record_version, receipt FOR UPDATE",
            source_system, record, site,
        )
    )  # fmt: skip


async def list_matched_since(
    tx: Transaction, participant_key: str, since: datetime
) -> list[Report]:
    """What is still known of the reports that were matched to a person; locked."""
    rows = await tx.raw.fetch(
        "SELECT receipt, sealed FROM contact JOIN contact_body USING (receipt)"
        " WHERE participant_key = $1 AND received_at >= $2 ORDER BY receipt FOR UPDATE OF contact",
        participant_key, since,
    )  # fmt: skip
    return [unseal(tx, row["receipt"], row["sealed"]) for row in rows]


def seal(tx: Transaction, report: Report) -> str:
    body = json.dumps({"type": report.type, "report": report.model_dump(mode="json")})
    return tx.ring.seal(DataClass.IDENTITY, str(report.receipt), body.encode())


def unseal(tx: Transaction, receipt: UUID, sealed: str) -> Report:
    body = json.loads(tx.ring.open(str(receipt), sealed, DataClass.IDENTITY))
    return _KINDS[body["type"]].model_validate(body["report"])


async def list_waiting(tx: Transaction, site: str, traces: Sequence[bytes]) -> list[Report]:
    """Reports that nobody was found for, and that these digests may be about; locked."""
    rows = await tx.raw.fetch(_WAITING, traces, site)
    return [unseal(tx, row["receipt"], row["sealed"]) for row in rows]


async def get_waiting(tx: Transaction, receipts: Collection[UUID]) -> dict[UUID, Report]:
    """The reports of these reviews, for as long as they are kept."""
    rows = await tx.raw.fetch(
        "SELECT receipt, sealed FROM contact_body WHERE receipt = ANY($1)", list(receipts)
    )
    return {row["receipt"]: unseal(tx, row["receipt"], row["sealed"]) for row in rows}
