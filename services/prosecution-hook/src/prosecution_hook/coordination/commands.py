"""What can be asked of coordination."""

from dataclasses import dataclass
from uuid import UUID

from prosecution_hook.coordination.domain import Word
from prosecution_hook.offices import OfficeCaller


@dataclass(frozen=True, slots=True)
class DecideItem:
    """Record what the liaison prosecutor decided."""

    item_id: UUID
    word: Word
    by: OfficeCaller
    expected: int | None = None
