"""What the notifier can be asked to do by an SMS provider."""

from dataclasses import dataclass
from uuid import UUID

from notifier.receipts.replies import Reply


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """Take over what the provider says about a message, unless it is older news."""

    delivery_id: UUID
    provider_id: str
    state: str


@dataclass(frozen=True, slots=True)
class TakeReply:
    """Do what somebody answered from their phone."""

    phone: str
    reply: Reply
