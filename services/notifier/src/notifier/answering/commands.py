"""What a person can do with an alert beside acknowledging it and handing it over."""

from dataclasses import dataclass
from uuid import UUID

from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class AskNext:
    """I cannot take this: ask whoever comes next, now."""

    alert_id: UUID
    caller: Caller
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DisownAlert:
    """This is not my client."""

    alert_id: UUID
    caller: Caller
    note: str | None = None
