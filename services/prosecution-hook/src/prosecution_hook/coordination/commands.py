"""What can be asked of coordination."""

from dataclasses import dataclass
from uuid import UUID

from prosecution_hook.coordination.domain import Word
from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class DecideItem:
    """Record what the liaison prosecutor decided."""

    item_id: UUID
    word: Word
    by: Caller
    expected: int | None = None
