"""How referral does what it is asked to do."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from referral import repository
from referral.commands import (
    AdvanceReferral,
    CloseReferral,
    NoteHeartbeat,
    ReferPerson,
    ReportContact,
    WithdrawReferral,
)
from referral.domain import Referral
from referral.errors import ReferralContradicted, ReferralNotFound
from shared.callers import Caller
from shared.database import Transaction, publish
from shared.errors import PreconditionFailed
from shared.events import ContactReported
from shared.ids import new_id, new_participant_key
from shared.inbound import Refusal
from shared.sealing import DataClass


async def refer_person(command: ReferPerson, tx: Transaction) -> tuple[Referral, bool]:
    """Returns the record's referral, and whether it is new. Raises ReferralContradicted."""
    ring, content = tx.ring, command.model_dump_json()
    record = ring.digest("referral", command.site, command.source_system, command.source_record_id)
    await repository.lock_record(tx, record)
    if known := await repository.find_by_record(tx, record):
        if known.content_digest != ring.digest("content", content):
            raise ReferralContradicted
        return known, False
    referral_id = new_id()
    referral = Referral(
        id=referral_id,
        participant_key=new_participant_key(),
        site=command.site,
        source_system=command.source_system,
        record_digest=record,
        content_digest=ring.digest("content", content),
        agency_ori=command.referrer.agency_ori,
        referral_type=command.referral_type,
        sealed=ring.seal(DataClass.IDENTITY, str(referral_id), content.encode()),
        occurred_at=command.occurred_at,
        received_at=tx.now,
    )
    repository.add_referral(tx, referral)
    publish(tx, referral.receive(command.person, command.charges, command.observed_needs))
    return referral, True


async def get_referral(
    referral_id: UUID, by: Caller, tx: Transaction, *, to_change: bool = False
) -> Referral:
    """The referral, if it is this caller's to see. Raises ReferralNotFound."""
    referral = await repository.get_referral(tx, referral_id, to_change=to_change)
    own = referral.source_system in by.sources or (
        by.agency is not None and referral.agency_ori == by.agency
    )
    if referral.site not in by.sites or not (own or by.has("referral-desk")):
        raise ReferralNotFound
    return referral


def open_referral(referral: Referral, tx: Transaction) -> ReferPerson:
    """What the agency wrote, for the desk."""
    content = tx.ring.open(str(referral.id), referral.sealed, DataClass.IDENTITY)
    return ReferPerson.model_validate_json(content)


async def withdraw_referral(command: WithdrawReferral, tx: Transaction) -> Referral:
    referral = await get_referral(command.referral_id, command.by, tx, to_change=True)
    referral.withdraw(tx.now)
    return referral


async def close_referral(command: CloseReferral, tx: Transaction) -> Referral:
    referral = await get_referral(command.referral_id, command.by, tx, to_change=True)
    if command.version not in (None, referral.version):
        raise PreconditionFailed
    referral.close(command.reason)
    return referral


async def advance_referral(command: AdvanceReferral, tx: Transaction) -> None:
    """A key without a referral here is a person whose file was opened another way."""
    referral = await repository.find_by_participant(tx, command.participant_key)
    if referral is not None:
        referral.advance(command.state)


def contact_reported(command: ReportContact, receipt: UUID, now: datetime) -> ContactReported:
    """The report as the event that casework matches. Nothing is looked up: no oracle (R-09)."""
    return ContactReported(
        site=command.site,
        subject=str(receipt),
        occurred_at=command.occurred_at,
        receipt=receipt,
        source_system=command.source_system,
        source_record_id=command.source_record_id,
        record_version=command.record_version,
        supersedes=command.supersedes,
        received_at=now,
        person=command.person,
        charges=command.charges,
        next_court=command.next_court,
        incident_number=command.incident_number,
        contact_type=command.contact_type,
        agency_ori=command.agency_ori,
        arrest_basis=command.arrest_basis,
        booking_number=command.booking.number,
        facility=command.booking.facility,
        place=command.location.text,
        beat=command.location.beat,
    )


async def keep_refusals(refusals: Sequence[Refusal], tx: Transaction) -> None:
    """So that program staff can tell a refused report from one that never came."""
    await repository.add_refusals(tx, refusals)


async def note_heartbeat(command: NoteHeartbeat, tx: Transaction) -> None:
    await repository.note_heartbeat(tx, command.source, command.sites)
