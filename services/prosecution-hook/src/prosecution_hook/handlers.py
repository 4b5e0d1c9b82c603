"""How prosecution-hook does what it is asked to do."""

from collections.abc import Sequence

from prosecution_hook import repository
from prosecution_hook.commands import ReadLedger
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
    ParticipantRecontacted,
    RecontactCause,
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
