"""How prosecution-hook does what it is asked to do."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from prosecution_hook import repository
from prosecution_hook.commands import ReadLedger, ReportCharge
from prosecution_hook.domain import (
    ConsentGrant,
    ConsentRevocation,
    LedgerDisclosure,
    LedgerEntry,
)
from prosecution_hook.errors import NoLedger
from shared.database import Transaction
from shared.events import (
    ConsentGranted,
    ConsentRevoked,
    NewChargeFiled,
    ParticipantRecontacted,
    RecontactCause,
)


def charge_filed(command: ReportCharge, receipt: UUID, now: datetime) -> NewChargeFiled:
    """The report as the event that casework matches. Nothing is looked up: no oracle (R-09)."""
    # A charge without a time of its own happened at the incident: casework tells old conduct by it.
    charges = tuple(
        charge
        if charge.incident_at
        else charge.model_copy(update={"incident_at": command.incident_at})
        for charge in command.charges
    )
    return NewChargeFiled(
        site=command.site,
        subject=str(receipt),
        occurred_at=command.filed_at or now,
        receipt=receipt,
        source_system=command.source_system,
        source_record_id=command.source_record_id,
        record_version=command.record_version,
        supersedes=command.supersedes,
        received_at=now,
        person=command.person,
        charges=charges,
        next_court=command.next_court,
        incident_number=command.incident_number,
        kind=command.kind,
        cause_number=command.cause_number,
        incident_at=command.incident_at,
        filed_at=command.filed_at,
        court=command.court,
    )


async def keep_charge(event: ParticipantRecontacted, tx: Transaction) -> None:
    """Only charges enter the ledger: a stop or a booking is no prosecutor's business."""
    if event.cause is RecontactCause.NEW_CHARGE:
        await repository.add_entry(tx, LedgerEntry.of(event))


async def keep_consent(event: ConsentGranted, tx: Transaction) -> None:
    for grant in event.grants:
        await repository.add_grant(tx, ConsentGrant.of(event, grant))


async def revoke_consent(event: ConsentRevoked, tx: Transaction) -> None:
    await repository.add_revocation(tx, ConsentRevocation.of(event))


async def read_ledger(
    command: ReadLedger, tx: Transaction
) -> tuple[ConsentGrant, Sequence[LedgerEntry]]:
    """The entries and the grant that covers telling them at this moment. Raises NoLedger.

    Without such a grant the answer is the one for an unknown key: no oracle (R-10).
    """
    key = command.participant_key
    grants = await repository.list_grants(tx, key, sorted(command.by.sites))
    grant = next((g for g in grants if g.covers(command.by.agency, tx.now)), None)
    if grant is None:
        raise NoLedger
    disclosure = LedgerDisclosure(
        site=grant.site,
        participant_key=key,
        consent_id=grant.consent_id,
        recipient=command.by.sub,
        recipient_org=grant.recipient_org,
        disclosed_at=tx.now,
    )
    repository.add_disclosure(tx, disclosure)
    return grant, await repository.list_entries(tx, key, grant.site)
