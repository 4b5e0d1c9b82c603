"""Queries about receipts and replies."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from notifier.contacts.domain import Channel, ContactMethod, digest_of
from shared.database import Transaction

_TAKE_OVER = """
UPDATE delivery SET provider_id = $2, provider_state = $3, provider_rank = $4
WHERE id = $1 AND channel = 'sms' AND provider_rank < $4"""
_ALERT = """
SELECT alert.id FROM alert JOIN inbox_item AS item ON item.alert_id = alert.id
WHERE alert.number = $1 AND alert.site = $2 AND item.recipient = $3"""


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that the provider could not bring to the phone."""

    id: UUID
    state: str
    provider_state: str | None
    alert_id: UUID | None
    recipient: str
    purpose: str


async def take_over(
    tx: Transaction, delivery_id: UUID, provider_id: str, state: str, rank: int
) -> bool:
    """False for older news, and for what we did not send."""
    tag = await tx.raw.execute(_TAKE_OVER, delivery_id, provider_id, state, rank)
    return bool(tag == "UPDATE 1")


async def find_delivery(tx: Transaction, delivery_id: UUID) -> Lost | None:
    row = await tx.raw.fetchrow(
        "SELECT id, state, provider_state, alert_id, recipient, purpose FROM delivery"
        " WHERE id = $1",
        delivery_id,
    )
    return Lost(**dict(row)) if row else None


async def end_as_lost(tx: Transaction, delivery_id: UUID) -> bool:
    """False when that was known already."""
    tag = await tx.raw.execute(
        "UPDATE delivery SET state = 'failed', outcome = 'sms_not_sent', ended_at = $2"
        " WHERE id = $1 AND state = 'sent'",
        delivery_id,
        tx.now,
    )
    return bool(tag == "UPDATE 1")


async def list_phones(tx: Transaction, phone: str, *, lock: bool) -> list[ContactMethod]:
    """Whose verified number this is; one person may have it at several sites."""
    query = select(ContactMethod).where(
        ContactMethod.digest == digest_of(Channel.SMS, phone, tx.ring),
        ContactMethod.channel == Channel.SMS,
        col(ContactMethod.verified_at).is_not(None),
    )
    query = query.order_by(col(ContactMethod.site))
    return list((await tx.exec(query.with_for_update() if lock else query)).all())


async def find_alert(tx: Transaction, number: int, site: str, sub: str) -> UUID | None:
    """An alert that this person was sent."""
    found: UUID | None = await tx.raw.fetchval(_ALERT, number, site, sub)
    return found
