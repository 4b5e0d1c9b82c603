"""Queries about silent sources."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select

from notifier.feeds.domain import SilentFeed
from shared.database import Transaction

_PUT = """
INSERT INTO silent_feed (site, source, last_heard_at, known_since) VALUES ($1, $2, $3, $4)
ON CONFLICT (site, source) DO UPDATE SET last_heard_at = excluded.last_heard_at
RETURNING xmax = 0 AS is_new"""


async def put_silent(
    tx: Transaction, site: str, source: str, last_heard_at: datetime | None
) -> bool:
    """Whether it was not known to be silent before."""
    return bool(await tx.raw.fetchval(_PUT, site, source, last_heard_at, tx.now))


async def remove_silent(tx: Transaction, site: str, source: str) -> None:
    await tx.raw.execute("DELETE FROM silent_feed WHERE site = $1 AND source = $2", site, source)


async def list_silent(tx: Transaction, sites: Iterable[str]) -> list[SilentFeed]:
    query = select(SilentFeed).where(col(SilentFeed.site).in_(list(sites)))
    query = query.order_by(col(SilentFeed.site), col(SilentFeed.source))
    return list((await tx.exec(query)).all())
