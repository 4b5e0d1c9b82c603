"""What casework can be asked to do with encounters."""

from dataclasses import dataclass
from datetime import datetime

from casework.encounters.domain import EncounterKind
from casework.participants.commands import Edit
from casework.topics import Domain


@dataclass(frozen=True, slots=True)
class RecordEncounter:
    """Write down that somebody met or spoke with a participant."""

    edit: Edit
    kind: EncounterKind
    began_at: datetime
    minutes: int
    goals: tuple[Domain, ...]
    needs_met: tuple[Domain, ...]
    note: str | None
    reached: bool = True
