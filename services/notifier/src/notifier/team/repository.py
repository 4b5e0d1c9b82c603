"""What the team board shows."""

from dataclasses import dataclass
from datetime import datetime

from shared.database import Transaction

# Who has open alerts stands on top, longest without an answer first; then everybody else.
_BOARD = """
SELECT coalesce(staff.site, load.site) AS site, coalesce(staff.sub, load.recipient) AS sub,
       coalesce(staff.name, '') AS name,
       coalesce(staff.reachable, load.recipient = 'program-line') AS reachable,
       coalesce(load.waiting, 0) AS waiting, coalesce(load.overdue, 0) AS overdue,
       coalesce(load.unanswered, 0) AS unanswered, load.oldest, away.until AS away_until
FROM (SELECT * FROM staff WHERE site = ANY($1)) AS staff
FULL JOIN (
    SELECT site, recipient, count(*) AS waiting, min(raised_at) AS oldest,
           count(*) FILTER (WHERE due_at < $2) AS overdue,
           count(*) FILTER (WHERE state = 'unanswered') AS unanswered
    FROM alert WHERE site = ANY($1) AND state IN ('waiting', 'unanswered')
    GROUP BY site, recipient) AS load
    ON load.site = staff.site AND load.recipient = staff.sub
LEFT JOIN LATERAL (
    SELECT max(ends_at) AS until FROM absence
    WHERE absence.site = staff.site AND absence.sub = staff.sub AND cancelled_at IS NULL
      AND starts_at <= $2 AND ends_at > $2) AS away ON true
ORDER BY load.oldest NULLS LAST, 2"""


@dataclass(frozen=True, slots=True)
class Row:
    """One person at one site, or the program line, with what is open with them."""

    site: str
    sub: str
    name: str
    reachable: bool
    waiting: int
    overdue: int
    unanswered: int
    oldest: datetime | None
    away_until: datetime | None


async def list_board(tx: Transaction, sites: list[str]) -> list[Row]:
    return [Row(**dict(row)) for row in await tx.raw.fetch(_BOARD, sites, tx.now)]
