"""Every query about open items."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import WorkItem
from casework.work.errors import NoSuchItem
from shared.database import Transaction
from shared.ids import new_id

_OPEN = """
INSERT INTO work_item (id, site, participant_key, kind, reference, assignee, opened_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (participant_key, kind, reference) WHERE closed_at IS NULL DO NOTHING"""

_LIST = """
SELECT w.*, coalesce(w.assignee, f.case_manager) AS responsible
FROM work_item w JOIN participant_file f USING (participant_key)
WHERE w.site = ANY($1) AND w.closed_at IS NULL
  AND ($2::text IS NULL OR w.participant_key = $2)
  AND ($3::text IS NULL OR coalesce(w.assignee, f.case_manager) = $3)
  AND ($4::uuid IS NULL OR (coalesce(w.due_at, 'infinity'), w.id) >
       (SELECT coalesce(due_at, 'infinity'), id FROM work_item WHERE id = $4))
ORDER BY coalesce(w.due_at, 'infinity'), w.id LIMIT $5"""


async def open_item(tx: Transaction, cmd: OpenItem) -> None:
    await tx.raw.execute(
        _OPEN, new_id(), cmd.site, cmd.participant_key, cmd.kind, cmd.reference, cmd.assignee,
        tx.now, cmd.due_at,
    )  # fmt: skip


async def close_items(tx: Transaction, cmd: CloseItems) -> None:
    await tx.raw.execute(
        "UPDATE work_item SET closed_at = $3, closed_by = $4, outcome = $5"
        " WHERE participant_key = $1 AND kind = ANY($2) AND closed_at IS NULL"
        " AND ($6::text IS NULL OR reference = $6)",
        cmd.participant_key, list(cmd.kinds), tx.now, cmd.by, cmd.outcome, cmd.reference,
    )  # fmt: skip


async def get_item(tx: Transaction, item_id: UUID, sites: Collection[str]) -> WorkItem:
    """Locked for a change. Another site's item does not exist for this caller (R-32)."""
    item = await tx.get(WorkItem, item_id, with_for_update=True)
    if item is None or item.site not in sites:
        raise NoSuchItem
    return item


async def list_open(
    tx: Transaction,
    sites: Collection[str],
    *,
    limit: int,
    participant_key: str | None = None,
    responsible: str | None = None,
    after: UUID | None = None,
) -> list[Mapping[str, Any]]:
    """What is due first comes first."""
    return list(await tx.raw.fetch(_LIST, list(sites), participant_key, responsible, after, limit))
