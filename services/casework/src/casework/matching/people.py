"""Queries about people as such: who was merged into whom, and who is not matched at all."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from casework.matching.domain import PersonMerge
from shared.database import Transaction

RE_ENTRY = "referred again after leaving"


async def find_merge(tx: Transaction, participant_key: str) -> PersonMerge | None:
    """The present merge of this person into another, locked."""
    statement = select(PersonMerge).where(
        PersonMerge.merged == participant_key, col(PersonMerge.unmerged_at).is_(None)
    )
    return (await tx.exec(statement.with_for_update())).one_or_none()


async def has_merged(tx: Transaction, participant_key: str) -> bool:
    """Whether others were merged into this person: chains of merges are refused."""
    statement = select(PersonMerge.id).where(
        PersonMerge.into_key == participant_key, col(PersonMerge.unmerged_at).is_(None)
    )
    return (await tx.exec(statement.limit(1))).first() is not None


async def part(tx: Transaction, merge: PersonMerge) -> None:
    """Referrals and open questions about the one who was merged are theirs again."""
    for statement in (
        "UPDATE attached_referral SET participant_key = $1"
        " WHERE participant_key = $2 AND record_key = $1",
        "UPDATE identity_review r SET participant_key = $1"
        " WHERE participant_key = $2 AND record_key = $1 AND state = 'open'"
        " AND NOT EXISTS (SELECT FROM identity_review o"
        " WHERE o.receipt = r.receipt AND o.participant_key = $1)",
    ):
        await tx.raw.execute(statement, merge.merged, merge.into_key)


async def part_all(tx: Transaction, into: str, by: str) -> list[str]:
    """End every present merge into this person. Returns who was merged."""
    rows = await tx.raw.fetch(
        "UPDATE person_merge SET unmerged_at = $2, unmerged_by = $3"
        " WHERE into_key = $1 AND unmerged_at IS NULL RETURNING merged",
        into, tx.now, by,
    )  # fmt: skip
    return [row["merged"] for row in rows]


async def list_former(tx: Transaction, key: str) -> list[Mapping[str, Any]]:
    """Other files of the same person that stand for this one, and why."""
    rows = await tx.raw.fetch(
        "SELECT f.participant_key, f.opened_at, f.state, f.reason, m.reason AS why,"
        " m.merged_at AS linked_at, m.merged_by AS linked_by"
        " FROM person_merge m JOIN participant_file f ON f.participant_key = m.merged"
        " WHERE m.into_key = $1 AND m.unmerged_at IS NULL ORDER BY f.opened_at",
        key,
    )
    return list(rows)


async def exclude(tx: Transaction, participant_key: str, reason: str, by: str) -> None:
    await tx.raw.execute(
        "INSERT INTO excluded_person (participant_key, reason, excluded_by, excluded_at)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (participant_key) DO NOTHING",
        participant_key, reason, by, tx.now,
    )  # fmt: skip


async def include(tx: Transaction, participant_key: str) -> None:
    await tx.raw.execute("DELETE FROM excluded_person WHERE participant_key = $1", participant_key)
