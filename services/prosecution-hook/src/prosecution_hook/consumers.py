"""What prosecution-hook listens for."""

from prosecution_hook import handlers
from prosecution_hook.disclosure import handlers as disclosure
from shared.database import Transaction
from shared.events import (
    ConsentGranted,
    ConsentRevoked,
    ConsentsConfirmed,
    ParticipantRecontacted,
)
from shared.messages import Subscriptions


async def on_participant_recontacted(event: ParticipantRecontacted, tx: Transaction) -> None:
    await handlers.keep_charge(event, tx)


async def on_consent_granted(event: ConsentGranted, tx: Transaction) -> None:
    await disclosure.keep_consent(event, tx)


async def on_consent_revoked(event: ConsentRevoked, tx: Transaction) -> None:
    await disclosure.revoke_consent(event, tx)


async def on_consents_confirmed(event: ConsentsConfirmed, tx: Transaction) -> None:
    await disclosure.confirm_consents(event, tx)


SUBSCRIPTIONS: Subscriptions = {
    ParticipantRecontacted: on_participant_recontacted,
    ConsentGranted: on_consent_granted,
    ConsentRevoked: on_consent_revoked,
    ConsentsConfirmed: on_consents_confirmed,
}
