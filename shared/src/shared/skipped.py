"""Where a service first skipped each type of event: a version that handles it reads from there.

During a rolling upgrade an old process meets events of a type that only the new version handles.
It skips them, and its committed offset passes them. It records here where that began, before it
commits the offset. A process that handles the type moves its partitions back to there; the inbox
keeps what was handled already from being handled again.
"""

from collections.abc import Collection, Iterable

from aiokafka.structs import TopicPartition

from shared.database import Database
from shared.messages import Message

# Types of our own: a stranger's texts must not fill the table.
_OURS = "lead."

_NOTE = """
INSERT INTO skipped_event (type, topic, partition, first_offset)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
ON CONFLICT (type, topic, partition)
DO UPDATE SET first_offset = least(skipped_event.first_offset, EXCLUDED.first_offset)"""
_FIRST = """
SELECT topic, partition, min(first_offset) AS first_offset FROM skipped_event
WHERE type = ANY($1) AND (topic, partition) IN
      (SELECT * FROM unnest($2::text[], $3::integer[]))
GROUP BY topic, partition"""
_SETTLE = """
DELETE FROM skipped_event WHERE type = ANY($1) AND topic = $2 AND partition = $3
AND first_offset >= $4"""


class SkippedEvents:
    """One process's view of the table; `Consumer` calls it in this order after each rebalance."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: set[tuple[str, str, int]] = set()

    def rebalanced(self) -> None:
        """Another process may have moved a partition back: what is skipped is recorded anew."""
        self._noted.clear()

    async def note(self, messages: Iterable[Message]) -> None:
        """Record the first offset of each type that these skipped messages have."""
        first: dict[tuple[str, str, int], int] = {}
        for message in messages:
            place = (message.event_type, message.topic, message.partition)
            if message.event_type.startswith(_OURS) and place not in self._noted:
                first[place] = min(message.offset, first.get(place, message.offset))
        if not first:
            return
        rows = [(*place, offset) for place, offset in sorted(first.items())]
        async with self._database.transaction() as tx:
            await tx.raw.execute(_NOTE, *map(list, zip(*rows, strict=True)))
        self._noted.update(first)

    async def first_offsets(
        self, types: Collection[str], partitions: Collection[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Where these partitions must be read from, if any event of these types was skipped."""
        topics, numbers = [p.topic for p in partitions], [p.partition for p in partitions]
        async with self._database.transaction() as tx:
            rows = await tx.raw.fetch(_FIRST, list(types), topics, numbers)
        return {TopicPartition(row["topic"], row["partition"]): row["first_offset"] for row in rows}

    async def settle(
        self, types: Collection[str], partition: TopicPartition, committed: int
    ) -> None:
        """Forget these types' records of a partition, now that `committed` is its offset."""
        async with self._database.transaction() as tx:
            await tx.raw.execute(
                _SETTLE, list(types), partition.topic, partition.partition, committed
            )
