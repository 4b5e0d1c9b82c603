"""What a link leads to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database import Transaction


@dataclass(frozen=True, slots=True)
class Linked:
    """The alert of a message, to whom the message went and when."""

    alert_id: UUID
    number: int
    site: str
    recipient: str
    state: str
    answered: bool
    sent_at: datetime


async def find_linked(tx: Transaction, delivery_id: UUID) -> Linked | None:
    row = await tx.raw.fetchrow(
        "SELECT alert.id AS alert_id, number, alert.site, delivery.recipient, alert.state,"
        " answered_by IS NOT NULL AS answered, delivery.created_at AS sent_at"
        " FROM delivery JOIN alert ON alert.id = delivery.alert_id WHERE delivery.id = $1",
        delivery_id,
    )
    return Linked(**dict(row)) if row else None
