"""Every query about what an exit ended: all of it bears the exit's own moment."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from casework.consents.domain import Channel, SignedConsent
from casework.participants.domain import StatusChange
from shared.database import Transaction

_REOPENED = (
    "UPDATE case_assignment SET ended_at = NULL WHERE participant_key = $1 AND ended_at = $2",
    "UPDATE intake_appointment SET state = 'set', ended_by = NULL, ended_at = NULL"
    " WHERE participant_key = $1 AND ended_at = $2 AND state = 'not_held'",
    "UPDATE work_item SET closed_at = NULL, closed_by = NULL, outcome = NULL"
    " WHERE participant_key = $1 AND closed_at = $2 AND outcome = 'not_needed'",
)


async def list_numbers(tx: Transaction, key: str) -> dict[bytes, str]:
    """The digests of the numbers that the participant is known by, with their systems."""
    rows = await tx.raw.fetch(
        "SELECT digest, system FROM identifier_digest WHERE participant_key = $1", key
    )
    return {row["digest"]: row["system"] for row in rows}


async def list_changes(tx: Transaction, key: str) -> Sequence[StatusChange]:
    """The newest first."""
    query = select(StatusChange).where(StatusChange.participant_key == key)
    return (await tx.exec(query.order_by(col(StatusChange.changed_at).desc()))).all()


async def reopen_all(tx: Transaction, key: str, left_at: datetime) -> None:
    """Assignment, appointment and open items as they were."""
    for statement in _REOPENED:
        await tx.raw.execute(statement, key, left_at)


async def list_ended_consents(
    tx: Transaction, key: str, left_at: datetime
) -> Sequence[SignedConsent]:
    """Releases that ended because the participant was said to have died."""
    query = select(SignedConsent).where(
        SignedConsent.participant_key == key,
        SignedConsent.revoked_at == left_at,
        SignedConsent.revocation_channel == Channel.DECEASED,
    )
    return (await tx.exec(query.with_for_update())).all()
