"""The list of what became of every report, in an order that can be followed.

A row's position is the transaction that recorded it, then its receipt. A transaction that is still
running may yet add a row before those of later ones, so rows of transactions that began after the
oldest running one are held back: what is listed once never gets a new row before it. Receipts alone
would not do: they are given at the front door, and a report can be recorded much later.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.database import Transaction
from shared.errors import Malformed
from shared.paging import Page, page_of

# From the snapshot's upper bound on are only rows that a restored database brought along.
# The text of `recorded_in` has another name: ORDER BY prefers a column of the answer, and as text
# 1000 comes before 999.
_LIST = """
SELECT receipt, source_system, source_record_id, contact_type, occurred_at, received_at,
       outcome, tier, alerted_at, purge_due_at, purged_at, recorded_in::text AS position
FROM contact, pg_current_snapshot() AS snapshot
WHERE site = ANY($1) AND ($2::text IS NULL OR source_system = $2)
  AND (recorded_in < pg_snapshot_xmin(snapshot) OR recorded_in >= pg_snapshot_xmax(snapshot))
  {after} ORDER BY recorded_in, receipt LIMIT $3"""
_FROM_START = _LIST.format(after="")
_AFTER_POSITION = _LIST.format(after="AND (recorded_in, receipt) > ($4::text::xid8, $5::uuid)")
_AFTER_TIME = _LIST.format(after="AND receipt > $4")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after a row's position, or after a receipt that is no row's.

    Receipts are UUIDs of version 7, so such a receipt stands for a moment at the front door.
    """

    receipt: UUID
    recorded_in: str | None = None

    @classmethod
    def read(cls, cursor: str) -> "Place":
        """Of a page's `next`, or of a plain receipt. Raises Malformed."""
        transaction, _, receipt = cursor.rpartition("_")
        known = transaction.isascii() and transaction.isdigit() and len(transaction) < 20
        try:
            if transaction and not known:
                raise ValueError
            return cls(UUID(receipt), transaction or None)
        except ValueError:
            raise Malformed("The cursor is not one that this list gave.") from None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Place":
        return cls(row["receipt"], row["position"])

    def __str__(self) -> str:
        return f"{self.recorded_in}_{self.receipt}" if self.recorded_in else str(self.receipt)


async def list_outcomes(
    tx: Transaction, sites: Collection[str], *, limit: int, cursor: str | None, source: str | None
) -> Page[Mapping[str, Any]]:
    """One page. Each row is listed once to who goes on with `next` or with the last receipt."""
    arguments = (list(sites), source, limit + 1)
    place = await _find(tx, sites, Place.read(cursor)) if cursor else None
    if place is None:
        rows = await tx.raw.fetch(_FROM_START, *arguments)
    elif place.recorded_in is None:
        rows = await tx.raw.fetch(_AFTER_TIME, *arguments, place.receipt)
    else:
        rows = await tx.raw.fetch(_AFTER_POSITION, *arguments, place.recorded_in, place.receipt)
    return page_of(list(rows), limit, lambda row: str(Place.of(row)))


async def _find(tx: Transaction, sites: Collection[str], place: Place) -> Place:
    """The position of a plain receipt, if it is one of these sites' rows."""
    if place.recorded_in is not None:
        return place
    recorded_in = await tx.raw.fetchval(
        "SELECT recorded_in::text FROM contact WHERE receipt = $1 AND site = ANY($2)",
        place.receipt, list(sites),
    )  # fmt: skip
    return Place(place.receipt, recorded_in)
