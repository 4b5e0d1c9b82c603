"""Every query about a participant's rights; what an erasure destroys stands here in one list."""

from collections.abc import Collection, Mapping
from typing import Any

from casework.participants.domain import ParticipantFile
from casework.participants.errors import NoSuchParticipant
from casework.rights.domain import Erasure
from shared.database import Transaction
from shared.events import Event
from shared.housekeeping import rows_of

MOST_LOOKS = 5_000

# In an order that the foreign keys allow. What stays says nothing but that there was a key: the
# file's row, releases without evidence (R-05: under them was told), disclosures, the audit trail.
_DESTROY = (
    "DELETE FROM plan_version WHERE participant_key = $1",
    "DELETE FROM encounter WHERE participant_key = $1",
    "DELETE FROM linkage WHERE participant_key = $1",
    "DELETE FROM coordination_item WHERE participant_key = $1",
    "DELETE FROM consent_draft WHERE participant_key = $1",
    "DELETE FROM intake_appointment WHERE participant_key = $1",
    "DELETE FROM intake_interview WHERE participant_key = $1",
    "DELETE FROM status_change WHERE participant_key = $1",
    "DELETE FROM case_transfer WHERE participant_key = $1",
    "DELETE FROM workgroup_action WHERE participant_key = $1",
    "DELETE FROM work_item WHERE participant_key = $1",
    "DELETE FROM contact_body WHERE receipt IN"
    " (SELECT receipt FROM contact WHERE participant_key = $1)",
    "DELETE FROM person_merge WHERE merged = $1 OR into_key = $1",
    "DELETE FROM excluded_person WHERE participant_key = $1",
    "DELETE FROM person_name WHERE participant_key = $1",
    "DELETE FROM person_key WHERE participant_key = $1",
    """DELETE FROM value_bearer v USING identifier_digest i
       WHERE i.participant_key = $1 AND v.value = i.digest AND NOT EXISTS (
           SELECT FROM identifier_digest o
           WHERE o.digest = i.digest AND o.participant_key <> $1)""",
    "DELETE FROM identifier_digest WHERE participant_key = $1",
    "DELETE FROM refused_number WHERE participant_key = $1",
    "DELETE FROM confirmed_description WHERE participant_key = $1",
    "DELETE FROM person_correction WHERE participant_key = $1",
    "DELETE FROM ruled_out WHERE participant_key = $1",
    "DELETE FROM identity_review WHERE participant_key = $1",
    "DELETE FROM timer WHERE subject = $1"
    " AND kind IN ('outreach', 'intake-appointment', 'intake-deadline', 'plan-review')",
    """UPDATE contact SET source_record_id = NULL, source_system = 'erased', evidence = NULL
       WHERE participant_key = $1""",
    """UPDATE person SET given = NULL, middle = NULL, surname = NULL, suffix = NULL, dob = NULL,
       chosen_given = NULL, chosen_surname = NULL, sex = NULL, aliases = '{}', names = '{}'
       WHERE participant_key = $1""",
    """UPDATE signed_consent SET signature_evidence = '', witness = NULL, copy_hash = NULL
       WHERE participant_key = $1""",
)

_FILES = """
WITH RECURSIVE linked (a, b) AS (
    SELECT merged, into_key FROM person_merge WHERE unmerged_at IS NULL
    UNION ALL SELECT into_key, merged FROM person_merge WHERE unmerged_at IS NULL),
theirs (key) AS (SELECT $1 UNION SELECT b FROM theirs JOIN linked ON a = key)
SELECT key FROM theirs"""
_LOOKS = """
SELECT at, actor AS who, roles, action FROM audit_record
WHERE about @> ARRAY[$1::text] AND outcome < 400 ORDER BY at DESC LIMIT $2"""


async def get_file(tx: Transaction, key: str, sites: Collection[str]) -> ParticipantFile:
    """Also of somebody who was erased: their rights outlive their file. Locked."""
    file = await tx.get(ParticipantFile, key, with_for_update=True)
    if file is None or file.site not in sites:
        raise NoSuchParticipant
    tx.concerns.add(key)
    return file


async def list_keys(tx: Transaction, key: str) -> list[str]:
    """Every key that others may know the person by: the file's, and those of later referrals."""
    rows = await tx.raw.fetch(
        "SELECT referred_as FROM attached_referral WHERE participant_key = $1", key
    )
    return sorted({key, *(row["referred_as"] for row in rows)})


async def list_files(tx: Transaction, key: str) -> list[str]:
    """Every file of the person, through merges and re-entries either way; the key first."""
    rows = await tx.raw.fetch(_FILES, key)
    return [key, *sorted(row["key"] for row in rows if row["key"] != key)]


async def destroy(tx: Transaction, key: str, keys: list[str]) -> int:
    """Everything here that is theirs; returns how many records that were."""
    await tx.flush()
    tags = [await tx.raw.execute(statement, key) for statement in _DESTROY]
    tags.append(await tx.raw.execute("DELETE FROM heard_fact WHERE subject = ANY($1)", keys))
    return sum(rows_of(tag) for tag in tags)


async def find_erasure(tx: Transaction, key: str, sites: Collection[str]) -> Erasure | None:
    row = await tx.raw.fetchrow(
        "SELECT * FROM erasure WHERE participant_key = $1 OR $1 = ANY(files)", key
    )
    return Erasure(**dict(row)) if row and row["site"] in sites else None


async def add_receipt(tx: Transaction, event: Event, records: int, erasure_id: Any) -> None:
    await tx.raw.execute(
        "INSERT INTO erasure_receipt (erasure_id, service, subject, records, received_at)"
        " SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT FROM erasure WHERE id = $1)"
        " ON CONFLICT DO NOTHING",
        erasure_id, event.service, event.subject, records, tx.now,
    )  # fmt: skip


async def list_receipts(tx: Transaction, erasure: Erasure) -> list[Mapping[str, Any]]:
    return list(
        await tx.raw.fetch(
            "SELECT service, subject, records, received_at FROM erasure_receipt"
            " WHERE erasure_id = $1 ORDER BY received_at, service, subject",
            erasure.id,
        )
    )


async def list_looks(tx: Transaction, key: str) -> list[Mapping[str, Any]]:
    """Who saw or changed what about this participant, the latest first (R-20)."""
    return list(await tx.raw.fetch(_LOOKS, key, MOST_LOOKS))
