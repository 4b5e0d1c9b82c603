"""What the notifier can be asked to do with alerts."""

from dataclasses import dataclass
from uuid import UUID

from notifier.domain import Action
from shared.batches import Batch
from shared.callers import Caller
from shared.events import CaseManagerAssigned, ParticipantRecontacted


@dataclass(frozen=True, slots=True)
class RaiseAlerts:
    """Tell the people on duty of contacts, or add these to what they were told."""

    contacts: Batch[ParticipantRecontacted]


@dataclass(frozen=True, slots=True)
class FollowAssignment:
    """Remember who is responsible now, and move the open alerts to them."""

    assigned: CaseManagerAssigned


@dataclass(frozen=True, slots=True)
class EscalateAlert:
    """Ask the next person, because this one did not answer or could not be reached."""

    alert_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class AcknowledgeAlert:
    """I have this."""

    alert_id: UUID
    caller: Caller
    action: Action | None = None
    note: str | None = None
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class HandOverAlert:
    """Ask somebody else instead."""

    alert_id: UUID
    caller: Caller
    to: str
    note: str | None = None
