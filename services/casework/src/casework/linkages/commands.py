"""What casework can be asked to do with linkages."""

from dataclasses import dataclass
from uuid import UUID

from casework.linkages.domain import Although, Outcome
from casework.participants.commands import Edit
from casework.topics import Domain


@dataclass(frozen=True, slots=True)
class LinkService:
    """Refer a participant on: to a service of the directory, or to one that it does not have."""

    edit: Edit
    need: Domain
    service_id: str | None
    service_name: str | None
    although: Although | None = None


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """Say what came of it."""

    linkage_id: UUID
    outcome: Outcome
    by: str
    sites: frozenset[str]
    expected: int | None
