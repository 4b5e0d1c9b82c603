"""The gatekeeper. Whoever in this service tells something about a participant asks here first.

Ask inside the transaction that claims the send or renders the answer: consent is checked at that
moment, not when the message was queued (R-02).
"""

from prosecution_hook.disclosure import repository
from prosecution_hook.disclosure.domain import (
    Clearance,
    ConsentGrant,
    ConsentRevocation,
    Disclosure,
    Proposal,
    Withheld,
    decide,
)
from shared.database import Transaction, publish
from shared.events import (
    ConsentGranted,
    ConsentReinstated,
    ConsentRevoked,
    ConsentsConfirmed,
)


async def disclose(proposal: Proposal, tx: Transaction) -> Clearance | Withheld:
    """Decide, and leave the accounting record of what is told or withheld (R-05).

    On `Withheld` tell nothing. Do not raise for it where the suppression must be on record: what
    raises rolls back.
    """
    decision = await cover(proposal, tx)
    put_on_record(proposal, decision, tx)
    return decision


def put_on_record(proposal: Proposal, decision: Clearance | Withheld, tx: Transaction) -> None:
    """For who has the decision of this same transaction already."""
    record = Disclosure.of(proposal, decision, tx.now)
    repository.add_disclosure(tx, record)
    publish(tx, record.told())


async def cover(proposal: Proposal, tx: Transaction) -> Clearance | Withheld:
    """The decision alone, for choosing what to offer; telling it still goes through `disclose`."""
    grants = await repository.list_grants(tx, proposal.participant_key, [proposal.site])
    return decide(
        proposal,
        grants,
        await repository.revoked_among(tx, grants),
        heard_at=await repository.heard_at(tx),
        now=tx.now,
    )


async def keep_consent(event: ConsentGranted, tx: Transaction) -> None:
    await repository.heard(tx, event.occurred_at)
    for grant in event.grants:
        await repository.add_grant(tx, ConsentGrant.of(event, grant))


async def revoke_consent(event: ConsentRevoked, tx: Transaction) -> None:
    await repository.heard(tx, event.occurred_at)
    await repository.add_revocation(tx, ConsentRevocation.of(event))


async def reinstate_consent(event: ConsentReinstated, tx: Transaction) -> None:
    """Its grants are still here: nothing but the revocation has to go."""
    await repository.heard(tx, event.occurred_at)
    await repository.withdraw_revocation(tx, event.consent_id)


async def confirm_consents(event: ConsentsConfirmed, tx: Transaction) -> None:
    await repository.heard(tx, event.occurred_at)
