"""What prosecution-hook can be asked to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.callers import Caller
from shared.errors import FieldError
from shared.reports import PastTime, RecordId, ReportIn, Words


class ReportCharge(ReportIn):
    """Report a charge that was referred to a prosecutor, or filed with a court."""

    kind: Literal["referred", "filed"]
    cause_number: RecordId | None = None
    incident_at: PastTime | None = None
    filed_at: PastTime | None = None
    court: Words | None = None

    def conduct_at(self, now: datetime) -> datetime:
        return self.incident_at or self.filed_at or now

    def faults(self, now: datetime) -> Iterator[FieldError]:
        yield from super().faults(now)
        if self.kind == "filed" and self.filed_at is None:
            yield FieldError("/filed_at", "missing", "A filed charge has its time of filing.")


@dataclass(frozen=True)
class ReadLedger:
    """Tell a liaison prosecutor which charges a participant has, if the participant consents."""

    participant_key: str
    by: Caller
