"""Every query about feeds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.database import Transaction


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
