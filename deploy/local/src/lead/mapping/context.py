"""What a rule knows besides the cells that it reads."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock that a file's times were read from. `today` is the day in that zone."""

    today: date
    zone: ZoneInfo | None = None
    ambiguous: Literal["earlier", "later", "reject"] = "reject"
    nonexistent: Literal["forward", "reject"] = "reject"
