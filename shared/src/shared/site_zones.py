"""How every service follows the time zones that sites set in their policies.

Casework publishes `SiteTimeZoneSet`; each service keeps the zone in its own table, and each of its
processes reads the table again when it changed here, and every few seconds for what others wrote.
"""

import asyncio
from contextlib import suppress

import structlog

from shared import sites
from shared.database import Database, Transaction
from shared.errors import is_transient, kind_of
from shared.events import SiteTimeZoneSet

SIGNAL = "site-zones"
READ_EVERY_SECONDS = 5.0
_PUT = """
INSERT INTO site_time_zone (site, time_zone, set_at) VALUES ($1, $2, $3)
ON CONFLICT (site) DO UPDATE SET time_zone = excluded.time_zone, set_at = excluded.set_at
WHERE site_time_zone.set_at <= excluded.set_at"""

log = structlog.get_logger()


async def keep_zone(event: SiteTimeZoneSet, tx: Transaction) -> None:
    """Store the zone that a site set; an older event than the one known changes nothing."""
    await tx.raw.execute(_PUT, event.site, event.time_zone, event.occurred_at)
    tx.signal(SIGNAL)


async def read_zones(database: Database) -> None:
    """Take what is stored now."""
    async with database.transaction() as tx:
        rows = await tx.raw.fetch(
            "SELECT site, time_zone FROM site_time_zone WHERE time_zone IS NOT NULL"
        )
    sites.follow_policies({row["site"]: row["time_zone"] for row in rows})


async def read_zones_or_go_on(database: Database) -> None:
    """Start-up needs no database: without one the zones are read when it is there."""
    try:
        await read_zones(database)
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("site_zones.unavailable", error=kind_of(error))


async def follow_zones(database: Database) -> None:
    """Runs as long as the process."""
    changed = database.waker(SIGNAL)
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), READ_EVERY_SECONDS)
        changed.clear()
        await read_zones_or_go_on(database)
