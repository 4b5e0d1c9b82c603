"""The outbox: events as rows, written in the transaction that made them true.

`outbox` is the append-only history; `outbox_pending` lists what has not left yet. The shape is
close to the one that Debezium's outbox router reads (id, topic, key, type, payload).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from aiokafka.partitioner import murmur2
from pydantic_core import to_json

from shared.events.wire import Encoded
from shared.events.wire import encode as encode

MAX_PAYLOAD_BYTES = 262_144
# Key and headers; with the payload a message then always fits into one record batch.
MAX_EXTRA_BYTES = 65_536

# Column arrays, so that one statement of constant text inserts any number of rows.
INCOMING = """unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[],
                     $7::bytea[]) WITH ORDINALITY
              AS t(id, topic, key, key_hash, type, headers, payload, position)"""

_WRITE = f"""
WITH written AS (
    INSERT INTO outbox (id, topic, key, key_hash, type, headers, payload)
    SELECT id, topic, key, key_hash, type, headers, payload FROM {INCOMING} ORDER BY position
    RETURNING seq)
INSERT INTO outbox_pending (seq) SELECT seq FROM written"""  # noqa: S608 - constant text


@lru_cache(maxsize=10_000)
def key_hash(key: str) -> int:
    """Kafka's own murmur2 of the key, so that all producers agree on the partition."""
    return int(murmur2(key.encode())) & 0x7FFFFFFF


def columns(messages: Sequence[Encoded]) -> tuple[list[Any], ...]:
    """The arrays for `INCOMING`. Raises ValueError for a message that Kafka would refuse."""
    headers = [to_json(m.headers).decode() for m in messages]
    for message, text in zip(messages, headers, strict=True):
        if not fits(len(message.payload), len(text) + len(message.key.encode())):
            raise ValueError(f"{message.type} is too large for Kafka")
    return (
        [m.id for m in messages],
        [m.topic for m in messages],
        [m.key for m in messages],
        [key_hash(m.key) for m in messages],
        [m.type for m in messages],
        headers,
        [m.payload for m in messages],
    )


def fits(payload: int, extra: int) -> bool:
    """May a message with a payload and with key and headers of so many bytes leave?"""
    return payload <= MAX_PAYLOAD_BYTES and extra <= MAX_EXTRA_BYTES


async def write(connection: Any, messages: Sequence[Encoded]) -> None:
    """Insert the rows on this connection, in its transaction."""
    if messages:
        await connection.execute(_WRITE, *columns(messages))


async def status(connection: Any) -> dict[str, Any]:
    """How many events wait and for how many seconds the oldest has: a stuck relay shows here."""
    row = await connection.fetchrow(
        "SELECT count(*) AS pending,"
        " extract(epoch FROM now() - min(since))::float AS oldest_seconds"
        " FROM outbox_pending"
    )
    return {"pending": row["pending"], "oldest_seconds": row["oldest_seconds"] or 0.0}


async def replay(
    connection: Any, *, since: Any, until: Any, topic: str | None = None, type: str | None = None
) -> int:
    """Queue a span of the history again. Consumers' inboxes skip what they have handled."""
    tag = await connection.execute(
        """INSERT INTO outbox_pending (seq)
           SELECT seq FROM outbox WHERE created_at >= $1 AND created_at < $2
             AND ($3::text IS NULL OR topic = $3) AND ($4::text IS NULL OR type = $4)
           ON CONFLICT DO NOTHING""",
        since,
        until,
        topic,
        type,
    )
    return int(tag.rsplit(" ", 1)[1])


async def prune(
    connection: Any, before: Any, *, types: Sequence[str] | None = None, limit: int = 10_000
) -> int:
    """Forget up to `limit` rows of published history older than `before`; returns how many."""
    tag = await connection.execute(
        """DELETE FROM outbox WHERE seq IN (
               SELECT seq FROM outbox o WHERE created_at < $1
                 AND ($2::text[] IS NULL OR type = ANY($2))
                 AND NOT EXISTS (SELECT FROM outbox_pending p WHERE p.seq = o.seq)
               LIMIT $3)""",
        before,
        types,
        limit,
    )
    return int(tag.rsplit(" ", 1)[1])


async def destroy(connection: Any, type: str, key: str, written: tuple[Any, Any]) -> int:
    """Remove a record's events of one type, sent or not, that were written in a span of time.

    For what must not be kept any longer. Whoever has the events already has to be told as well.
    """
    tag = await connection.execute(
        """WITH gone AS (
               DELETE FROM outbox WHERE type = $1 AND key_hash = $2 AND key = $3
                 AND created_at BETWEEN $4 AND $5 RETURNING seq)
           DELETE FROM outbox_pending WHERE seq IN (SELECT seq FROM gone)""",
        type,
        key_hash(key),
        key,
        *written,
    )
    return int(tag.rsplit(" ", 1)[1])
