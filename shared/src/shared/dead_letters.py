"""Messages that cannot succeed: set aside with the reason, still sealed, until a human decides."""

import json
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared import outbox
from shared.database import Transaction
from shared.errors import Conflict, DomainError, NotFound
from shared.events import dead_letter_topic
from shared.events.wire import Encoded, Undecodable
from shared.ids import new_id
from shared.messages import Message
from shared.sealing import CannotOpen

_ADD = """
INSERT INTO dead_letter (id, event_id, handler, topic, key, type, headers, payload, reason,
                         traceparent, failed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (event_id, handler) DO UPDATE
    SET state = 'open', reason = excluded.reason, failed_at = excluded.failed_at
    WHERE dead_letter.state = 'redriven'
RETURNING id"""

_FIELDS = """id, event_id, handler, topic, key, type, reason, traceparent, failed_at, state,
             resolved_at, resolved_by, resolution"""


class DeadLetterNotOpen(Conflict):
    """This dead letter was already re-driven or discarded."""


class DeadLetter(BaseModel):
    """One dead letter as ops see it. Sealed fields stay sealed."""

    id: UUID
    event_id: str
    handler: str
    topic: str
    key: str | None
    type: str | None
    reason: str
    traceparent: str | None
    failed_at: Any
    state: str
    resolved_at: Any
    resolved_by: str | None
    resolution: str | None
    headers: dict[str, str] | None = None
    payload: str | None = None


def reason_for(error: BaseException) -> str:
    """Why it failed, in words that cannot carry personal data."""
    if isinstance(error, DomainError | Undecodable | CannotOpen):
        return f"{type(error).__name__}: {error}"
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f" in {frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{where}"


async def add(
    tx: Transaction, service: str, message: Message, handler: str, error: BaseException
) -> None:
    """Keep the message and tell the service's dead-letter topic, in this transaction."""
    letter_id, reason = new_id(), reason_for(error)
    added = await tx.raw.fetchval(
        _ADD, letter_id, message.event_id, handler, message.topic, message.key, message.event_type,
        json.dumps(message.headers), message.payload, reason, message.traceparent, tx.now,
    )  # fmt: skip
    if added is not None:
        tx.staged.append(_notice(letter_id, dead_letter_topic(service), message, reason, handler))


def _notice(letter_id: UUID, topic: str, message: Message, reason: str, handler: str) -> Encoded:
    """The dead letter on its topic. One that is too large for Kafka's limits leaves its body."""
    about = {"deadletter_id": str(letter_id), "deadletter_reason": reason}
    about["deadletter_handler"] = handler
    headers, payload = {**message.headers, **about}, message.payload
    key = message.key or message.where
    if not outbox.fits(len(payload), len(json.dumps(headers)) + len(key.encode())):
        headers, payload, key = about | {"deadletter_truncated": "true"}, b"", message.where
    return Encoded(str(letter_id), topic, key, message.event_type, headers, payload)


async def list_letters(
    tx: Transaction, *, state: str | None, limit: int, after: UUID | None
) -> list[DeadLetter]:
    rows = await tx.raw.fetch(
        f"SELECT {_FIELDS} FROM dead_letter WHERE ($1::text IS NULL OR state = $1)"  # noqa: S608
        " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        state,
        after,
        limit,
    )
    return [DeadLetter(**dict(row)) for row in rows]


async def get_letter(tx: Transaction, letter_id: UUID) -> DeadLetter:
    """With headers and the payload as stored. Raises NotFound."""
    row = await tx.raw.fetchrow(
        f"SELECT {_FIELDS}, headers, payload FROM dead_letter WHERE id = $1 FOR UPDATE",  # noqa: S608
        letter_id,
    )
    if row is None:
        raise NotFound
    values = dict(row)
    values["headers"] = json.loads(values["headers"])
    values["payload"] = values["payload"].decode("utf-8", "replace")
    return DeadLetter(**values)


async def read_message(tx: Transaction, letter: DeadLetter) -> Message:
    """The message as it arrived, byte for byte, for another try."""
    payload = await tx.raw.fetchval("SELECT payload FROM dead_letter WHERE id = $1", letter.id)
    return Message(letter.topic, letter.key, letter.headers or {}, payload, letter.event_id)


async def failed_again(tx: Transaction, letter_id: UUID, error: BaseException) -> str:
    """Bring the reason of an open dead letter up to date, and return it."""
    reason = reason_for(error)
    await tx.raw.execute(
        "UPDATE dead_letter SET reason = $2, failed_at = $3 WHERE id = $1 AND state = 'open'",
        letter_id,
        reason,
        tx.now,
    )
    return reason


async def resolve(
    tx: Transaction, letter: DeadLetter, state: str, *, by: str, reason: str
) -> DeadLetter:
    """Close an open dead letter as `redriven` or `discarded`. Raises DeadLetterNotOpen."""
    if letter.state != "open":
        raise DeadLetterNotOpen
    await tx.raw.execute(
        "UPDATE dead_letter SET state = $2, resolved_at = $3, resolved_by = $4, resolution = $5"
        " WHERE id = $1",
        letter.id,
        state,
        tx.now,
        by,
        reason,
    )
    return letter.model_copy(
        update={"state": state, "resolved_at": tx.now, "resolved_by": by, "resolution": reason}
    )


async def count_open(tx: Transaction) -> int:
    return int(await tx.raw.fetchval("SELECT count(*) FROM dead_letter WHERE state = 'open'"))
