"""Sealed records of a referral, opened: for the desk, and for a preview of criteria."""

from collections.abc import Mapping, Sequence

from referral.criteria.domain import Finding
from referral.handoffs.domain import Handoff
from referral.referrals import repository
from referral.referrals.commands import ReferPerson
from referral.referrals.domain import Referral
from referral.referrals.errors import ReferralErasedBefore
from referral.referrals.screening import Grounds, Screening
from shared.database import Transaction
from shared.reports import read_stored
from shared.sealing import DataClass


def seal_referral(command: ReferPerson, record: str, tx: Transaction) -> str:
    return tx.ring.seal(DataClass.IDENTITY, record, content_of(command).encode())


def content_of(command: ReferPerson) -> str:
    """What was said, and nothing that was not: a field that is added later changes no record."""
    return command.model_dump_json(exclude_defaults=True)


def open_referral(referral: Referral, tx: Transaction) -> ReferPerson:
    """What the agency wrote. Raises ReferralErasedBefore."""
    if referral.erased_at is not None:
        raise ReferralErasedBefore
    content = tx.ring.open(str(referral.id), referral.sealed, DataClass.IDENTITY)
    return read_stored(ReferPerson, content)


def seal_grounds(grounds: Grounds, record: str, tx: Transaction) -> str:
    return tx.ring.seal(DataClass.CARE, record, grounds.model_dump_json().encode())


def open_grounds(screening: Screening, tx: Transaction) -> Grounds:
    content = tx.ring.open(str(screening.id), screening.sealed, DataClass.CARE)
    return Grounds.model_validate_json(content)


async def list_screenings(
    referral: Referral, tx: Transaction
) -> Sequence[tuple[Screening, Grounds]]:
    """Every decision about it with its grounds, the newest first."""
    found = await repository.list_screenings(tx, referral.id)
    return [(screening, open_grounds(screening, tx)) for screening in found]


async def list_findings(referral: Referral, tx: Transaction) -> Mapping[str, Finding]:
    """What people have answered so far."""
    found = await repository.list_screenings(tx, referral.id)
    return open_grounds(found[0], tx).findings if found else {}


def open_place(referral: Referral, handoff: Handoff | None, tx: Transaction) -> str | None:
    """Where to meet."""
    if handoff is None or handoff.meeting_place is None:
        return None
    sealed = handoff.meeting_place
    return tx.ring.open(str(referral.id), sealed, DataClass.IDENTITY).decode()
