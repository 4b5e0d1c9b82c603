"""Every query about taking reports back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database import Transaction
from shared.housekeeping import rows_of


@dataclass(frozen=True, slots=True)
class Reported:
    """What is left of a report here: no person, no record number."""

    receipt: UUID
    record_digest: bytes
    site: str
    source: str
    received_at: datetime


async def find_report(tx: Transaction, receipt: UUID) -> Reported | None:
    row = await tx.raw.fetchrow(
        "SELECT receipt, record_digest, site, source, received_at FROM intake WHERE receipt = $1",
        receipt,
    )
    return Reported(**dict(row)) if row else None


async def list_reports(tx: Transaction, digests: Sequence[bytes]) -> list[Reported]:
    rows = await tx.raw.fetch(
        "SELECT receipt, record_digest, site, source, received_at FROM intake"
        " WHERE record_digest = ANY($1)",
        digests,
    )
    return [Reported(**dict(row)) for row in rows]


async def add_retraction(tx: Transaction, report: Reported, reason: str, by: str) -> bool:
    """Whether this says anything new: an error may later be sealed, too."""
    tag = await tx.raw.execute(
        """INSERT INTO retraction (receipt, site, source, reason, retracted_by, retracted_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (receipt) DO UPDATE SET reason = excluded.reason,
               retracted_by = excluded.retracted_by, retracted_at = excluded.retracted_at
           WHERE retraction.reason <> excluded.reason""",
        report.receipt,
        report.site,
        report.source,
        reason,
        by,
        tx.now,
    )
    return bool(rows_of(tag))
