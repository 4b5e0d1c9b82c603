"""What casework can be asked to do with open items."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.work.domain import Outcome, WorkKind


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Ask a person to look; the same question is not asked twice while it is open."""

    site: str
    participant_key: str
    kind: WorkKind
    due_at: datetime | None = None
    reference: str = ""
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class CloseItems:
    """What was asked for is done, or no longer needed."""

    participant_key: str
    kinds: Collection[WorkKind]
    by: str
    outcome: Outcome = Outcome.DONE
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class TickOff:
    """A person looked and says how it ended."""

    item_id: UUID
    outcome: Outcome
    by: str
    sites: frozenset[str]
