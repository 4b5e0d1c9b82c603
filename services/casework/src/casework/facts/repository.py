"""Every query about corrections and numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from casework.facts.domain import PersonCorrection
from shared.database import Transaction

# The start of a digest names a number among those of one person, and nowhere else.
_ID = "left(encode(digest, 'hex'), 16)"


async def list_corrections(tx: Transaction, key: str) -> Sequence[PersonCorrection]:
    """The latest first."""
    statement = select(PersonCorrection).where(PersonCorrection.participant_key == key)
    return (await tx.exec(statement.order_by(col(PersonCorrection.id).desc()))).all()


async def list_numbers(tx: Transaction, key: str) -> list[Mapping[str, Any]]:
    """The systems of the numbers on file, and since when; the numbers themselves are digests."""
    rows = await tx.raw.fetch(
        f"SELECT {_ID} AS id, system, learned_at, cardinality(sources) > 0 AS reported"  # noqa: S608
        " FROM identifier_digest WHERE participant_key = $1 ORDER BY learned_at NULLS FIRST, 1",
        key,
    )
    return list(rows)


async def remove_number(tx: Transaction, key: str, number_id: str) -> Mapping[str, Any] | None:
    """Gone, and not to be learned again from a report. Returns its digest and system."""
    row: Mapping[str, Any] | None = await tx.raw.fetchrow(
        "DELETE FROM identifier_digest"  # noqa: S608 - constant text
        f" WHERE participant_key = $1 AND {_ID} = $2 RETURNING digest, system",
        key, number_id,
    )  # fmt: skip
    if row is not None:
        await tx.raw.execute(
            "INSERT INTO refused_number (participant_key, digest) VALUES ($1, $2)"
            " ON CONFLICT DO NOTHING",
            key, row["digest"],
        )  # fmt: skip
    return row


async def allow_number(tx: Transaction, key: str, digest: bytes) -> bool:
    """It is theirs after all. False when it is on file already."""
    await tx.raw.execute(
        "DELETE FROM refused_number WHERE participant_key = $1 AND digest = $2", key, digest
    )
    known = await tx.raw.fetchval(
        "SELECT true FROM identifier_digest WHERE participant_key = $1 AND digest = $2", key, digest
    )
    return not known
