"""The inbox: a message's effect happens once, however often the message arrives."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

_CLAIM = """
INSERT INTO inbox (event_id, handler)
SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[]) ORDER BY 1, 2
ON CONFLICT DO NOTHING RETURNING event_id, handler"""


async def claim(connection: Any, pairs: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Claim (event id, handler) pairs in the handler's own transaction; returns the new ones.

    A concurrent duplicate waits here for the other transaction, then is not new.
    """
    ids, handlers = zip(*pairs, strict=True)
    rows = await connection.fetch(_CLAIM, ids, handlers)
    return {(row["event_id"], row["handler"]) for row in rows}
