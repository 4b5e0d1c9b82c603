"""Every query about reported contacts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.database import Transaction
from shared.housekeeping import rows_of
from shared.ids import new_id
from shared.inbound import Refusal


async def add_refusals(tx: Transaction, refusals: Sequence[Refusal]) -> None:
    """The latest refusal of a record stands."""
    latest = {refusal.digest: refusal for refusal in refusals}
    # In one order everywhere, so that two batches with the same records cannot deadlock.
    rows = sorted(latest.values(), key=lambda refusal: refusal.digest)
    await tx.raw.executemany(
        """INSERT INTO refusal (digest, id, site, source_system, codes, refused_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (digest) DO UPDATE SET
               id = excluded.id, codes = excluded.codes, refused_at = excluded.refused_at""",
        [(r.digest, new_id(), r.site, r.source_system, list(r.codes), tx.now) for r in rows],
    )


async def list_refusals(
    tx: Transaction, sites: Sequence[str], *, limit: int, before: UUID | None
) -> list[Any]:
    """The newest first; without records that were accepted at another try."""
    rows = await tx.raw.fetch(
        """SELECT id, source_system, codes, refused_at FROM refusal r
           WHERE site = ANY($1) AND ($2::uuid IS NULL OR id < $2)
             AND NOT EXISTS (SELECT FROM intake i WHERE i.record_digest = r.digest)
           ORDER BY id DESC LIMIT $3""",
        sites,
        before,
        limit,
    )
    return list(rows)


async def forget_refusals(tx: Transaction, before: datetime, limit: int) -> int:
    tag = await tx.raw.execute(
        "DELETE FROM refusal WHERE digest IN"
        " (SELECT digest FROM refusal WHERE refused_at < $1 LIMIT $2)",
        before,
        limit,
    )
    return rows_of(tag)
