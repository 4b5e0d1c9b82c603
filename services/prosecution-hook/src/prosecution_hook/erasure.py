"""Forget a participant: everything here that is theirs, but for the law's own records.

Accounts of disclosures are kept for six years (R-05), revocations for good; neither says anything
of the person but that a key was told of or not.
"""

from shared.database import Transaction, publish
from shared.events import ParticipantErased, ProsecutionErased
from shared.housekeeping import rows_of
from shared.stored_answers import forget_answers

# In an order that the foreign keys allow.
_THEIRS = (
    "DELETE FROM timer WHERE kind = 'charge-hold' AND subject IN"
    " (SELECT id::text FROM charge_hold WHERE participant_key = $1)",
    "DELETE FROM coordination_reply WHERE coordination_id IN"
    " (SELECT id FROM coordination WHERE participant_key = $1)",
    "DELETE FROM coordination WHERE participant_key = $1",
    "DELETE FROM hold_extension WHERE hold_id IN"
    " (SELECT id FROM charge_hold WHERE participant_key = $1)",
    "DELETE FROM charge_hold WHERE participant_key = $1",
    "DELETE FROM ledger_entry WHERE participant_key = $1",
    "DELETE FROM matter WHERE participant_key = $1",
    "DELETE FROM referral_link WHERE participant_key = $1",
    "DELETE FROM intake_note WHERE participant_key = $1",
    "DELETE FROM webhook_delivery WHERE participant_key = $1",
    "DELETE FROM consent_grant WHERE participant_key = $1",
)


async def forget(event: ParticipantErased, tx: Transaction) -> None:
    """Destroy it, and say so with how many records there were."""
    await forget_answers(tx, event.subject)
    tags = [await tx.raw.execute(statement, event.subject) for statement in _THEIRS]
    done = ProsecutionErased(
        site=event.site,
        subject=event.subject,
        occurred_at=tx.now,
        erasure_id=event.erasure_id,
        records=sum(rows_of(tag) for tag in tags),
    )
    publish(tx, done)
