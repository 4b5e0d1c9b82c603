"""How referral takes reports in, without looking anybody up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from referral.contacts import repository
from referral.contacts.commands import ReportContact
from shared.database import Transaction
from shared.events import ContactReported
from shared.inbound import Refusal


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
