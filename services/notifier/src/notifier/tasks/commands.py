"""What the notifier can be asked to do when a legal clock wants the case manager."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.events.base import Event


@dataclass(frozen=True, slots=True)
class RaiseTask:
    """Tell the case manager that something is due. `about` is the hold or the item."""

    event: Event
    cause: str
    about: UUID
    due_at: datetime
