"""Every query about files, assignments and the timeline."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select

from casework.participants.domain import ParticipantFile, State
from casework.participants.errors import FileErased, NoSuchParticipant
from casework.participants.person import Person
from shared.database import Transaction
from shared.events import ParticipantReferred


async def get_file(tx: Transaction, key: str, sites: Collection[str]) -> ParticipantFile:
    """Another site's file does not exist for this caller (R-32)."""
    file = await tx.get(ParticipantFile, key)
    if file is None or file.site not in sites:
        raise NoSuchParticipant
    if file.erased_at is not None:
        raise FileErased
    return file


async def get_file_to_edit(tx: Transaction, key: str, sites: Collection[str]) -> ParticipantFile:
    """The same, locked until the transaction ends."""
    file = await get_file(tx, key, sites)
    await tx.refresh(file, with_for_update=True)
    return file


async def find_file_to_edit(tx: Transaction, key: str) -> ParticipantFile | None:
    """For clocks and events, which belong to no site's caller; locked until the end."""
    return await tx.get(ParticipantFile, key, with_for_update=True)


async def find_file_of(tx: Transaction, key: str) -> ParticipantFile | None:
    """By the file's key or by that of a later referral; locked until the end."""
    known = await tx.raw.fetchval(
        "SELECT participant_key FROM attached_referral WHERE referred_as = $1", key
    )
    file = await find_file_to_edit(tx, known or key)
    return None if file is None or file.erased_at else file


async def list_files(
    tx: Transaction,
    sites: Collection[str],
    *,
    limit: int,
    after: str | None = None,
    state: State | None = None,
    referral_id: UUID | None = None,
) -> Sequence[ParticipantFile]:
    """By key, which is random: the order says nothing about who came when."""
    statement = select(ParticipantFile).where(
        col(ParticipantFile.site).in_(sites), col(ParticipantFile.erased_at).is_(None)
    )
    if after is not None:
        statement = statement.where(ParticipantFile.participant_key > after)
    if state is not None:
        statement = statement.where(ParticipantFile.state == state)
    if referral_id is not None:
        key = await find_referral(tx, referral_id)
        statement = statement.where(ParticipantFile.participant_key == key)
    ordered = statement.order_by(ParticipantFile.participant_key).limit(limit)
    found = (await tx.exec(ordered)).all()
    tx.concerns.update(file.participant_key for file in found)
    return found


async def find_referral(tx: Transaction, referral_id: UUID) -> str | None:
    """The key of the file that this referral was attached to."""
    key: str | None = await tx.raw.fetchval(
        "SELECT participant_key FROM attached_referral WHERE referral_id = $1", referral_id
    )
    return key


async def add_referral(
    tx: Transaction, referral: ParticipantReferred, key: str, record_key: str
) -> None:
    """`referred_as` is the key that referral gave; another than `key` when somebody came again.

    `record_key` is whose description it matched: while merged, another's than the file's.
    """
    await tx.raw.execute(
        "INSERT INTO attached_referral (referral_id, participant_key, referred_as, referral_type,"
        " source_system, occurred_at, received_at, record_key)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        referral.referral_id, key, referral.subject, referral.referral_type,
        referral.source_system, referral.occurred_at, referral.received_at, record_key,
    )  # fmt: skip


async def get_person(tx: Transaction, participant_key: str) -> Person:
    statement = select(Person).where(Person.participant_key == participant_key).with_for_update()
    return (await tx.exec(statement)).one()


async def list_people(tx: Transaction, keys: Collection[str]) -> dict[str, Person]:
    found = await tx.exec(select(Person).where(col(Person.participant_key).in_(keys)))
    return {person.participant_key: person for person in found}


async def end_assignment(tx: Transaction, key: str) -> None:
    await tx.raw.execute(
        "UPDATE case_assignment SET ended_at = $2 WHERE participant_key = $1 AND ended_at IS NULL",
        key, tx.now,
    )  # fmt: skip


async def release_appointment(tx: Transaction, key: str, by: str) -> None:
    """Nobody waits for somebody who left."""
    await tx.raw.execute(
        "UPDATE intake_appointment SET state = 'not_held', ended_by = $2, ended_at = $3"
        " WHERE participant_key = $1 AND state = 'set'",
        key, by, tx.now,
    )  # fmt: skip
