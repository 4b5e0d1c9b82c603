"""Every query of referral."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from referral.domain import Referral, ReferralState
from referral.errors import ReferralNotFound
from shared.database import Transaction
from shared.housekeeping import rows_of
from shared.ids import new_id
from shared.inbound import Refusal


async def lock_record(tx: Transaction, digest: bytes) -> None:
    """Two posts of one record wait for each other until the end of the transaction."""
    key = int.from_bytes(digest[:8], signed=True)
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", key)


async def find_by_record(tx: Transaction, digest: bytes) -> Referral | None:
    return (await tx.exec(select(Referral).where(Referral.record_digest == digest))).first()


async def find_by_participant(tx: Transaction, key: str) -> Referral | None:
    """Locked for a change."""
    query = select(Referral).where(Referral.participant_key == key).with_for_update()
    return (await tx.exec(query)).first()


async def get_referral(tx: Transaction, referral_id: UUID, *, to_change: bool) -> Referral:
    """Locked when it is read to be changed. Raises ReferralNotFound."""
    query = select(Referral).where(Referral.id == referral_id)
    found = (await tx.exec(query.with_for_update() if to_change else query)).first()
    if found is None:
        raise ReferralNotFound
    return found


async def list_referrals(
    tx: Transaction,
    sites: Sequence[str],
    *,
    state: ReferralState | None,
    limit: int,
    before: UUID | None,
) -> Sequence[Referral]:
    """The newest first."""
    query = select(Referral).where(col(Referral.site).in_(sites))
    if state is not None:
        query = query.where(Referral.state == state)
    if before is not None:
        query = query.where(Referral.id < before)
    return (await tx.exec(query.order_by(col(Referral.id).desc()).limit(limit))).all()


def add_referral(tx: Transaction, referral: Referral) -> None:
    tx.add(referral)


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


async def note_heartbeat(tx: Transaction, source: str, sites: Sequence[str]) -> None:
    await tx.raw.execute(
        """INSERT INTO feed (site, source, last_heartbeat_at)
           SELECT site, $2, $3 FROM unnest($1::text[]) site ORDER BY site
           ON CONFLICT (site, source) DO UPDATE SET last_heartbeat_at = excluded.last_heartbeat_at
           """,
        sorted(sites),
        source,
        tx.now,
    )


async def note_reports(tx: Transaction, since: datetime) -> None:
    """Bring each feed's last report up to date from what came in since."""
    await tx.raw.execute(
        """INSERT INTO feed (site, source, last_report_at)
           SELECT site, source, max(received_at) FROM intake WHERE received_at >= $1
           GROUP BY site, source ORDER BY site, source
           ON CONFLICT (site, source) DO UPDATE
               SET last_report_at = greatest(feed.last_report_at, excluded.last_report_at)""",
        since,
    )


async def list_feeds(tx: Transaction, sites: Sequence[str], since: datetime) -> list[Any]:
    """Every feed that was ever heard of, with what came in since."""
    rows = await tx.raw.fetch(
        """SELECT coalesce(f.site, i.site) AS site, coalesce(f.source, i.source) AS source,
                  greatest(f.last_report_at, i.latest) AS last_report_at,
                  f.last_heartbeat_at, coalesce(i.reports, 0) AS reports_last_24_hours
           FROM feed f FULL JOIN (
               SELECT site, source, count(*) AS reports, max(received_at) AS latest
               FROM intake WHERE received_at >= $2 GROUP BY site, source
           ) i ON i.site = f.site AND i.source = f.source
           WHERE coalesce(f.site, i.site) = ANY($1) ORDER BY site, source""",
        sites,
        since,
    )
    return list(rows)
