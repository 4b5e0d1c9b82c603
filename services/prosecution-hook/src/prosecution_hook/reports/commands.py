"""What prosecutors' and courts' systems may report, as they post it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from shared.errors import FieldError
from shared.reports import PastTime, RecordId, ReportIn, Slug, Words


class CaseReportIn(ReportIn):
    """A report about one case: its number, its court, and when the conduct was."""

    cause_number: RecordId | None = None
    court: Words | None = None
    incident_at: PastTime | None = None

    def happened_at(self) -> datetime | None:
        """When the reported step was taken; None when the source does not say."""
        return None

    def conduct_at(self, now: datetime) -> datetime:
        return self.incident_at or self.happened_at() or now


class ReportCharge(CaseReportIn):
    """Report a charge that was referred to a prosecutor, or filed with a court."""

    kind: Literal["referred", "filed"]
    filed_at: PastTime | None = None

    def happened_at(self) -> datetime | None:
        return self.filed_at

    def faults(self, now: datetime) -> Iterator[FieldError]:
        yield from super().faults(now)
        if self.kind == "filed" and self.filed_at is None:
            yield FieldError("/filed_at", "missing", "A filed charge has its time of filing.")


class ReportDecision(CaseReportIn):
    """Report what a prosecutor decided about a referred case."""

    decision: Literal["file", "decline", "use_in_other_case", "return_for_evidence"]
    decided_at: PastTime

    def happened_at(self) -> datetime:
        return self.decided_at


class ReportWarrant(CaseReportIn):
    """Report that a warrant was issued, stayed, quashed or served."""

    kind: Literal["issued", "stayed", "quashed", "served"]
    warrant_number: RecordId | None = None
    basis: Slug | None = None
    occurred_at: PastTime

    def happened_at(self) -> datetime:
        return self.occurred_at

    def faults(self, now: datetime) -> Iterator[FieldError]:
        yield from super().faults(now)
        if self.basis is not None and self.kind != "issued":
            hint = "Only the report of its issue says what a warrant is for."
            yield FieldError("/basis", "not_for_this_kind", hint)


class ReportCourtDate(CaseReportIn):
    """Report that an appearance was set, moved or canceled, or that it was missed."""

    kind: Literal["set", "moved", "canceled", "failure_to_appear"]
    occurred_at: PastTime | None = None

    def happened_at(self) -> datetime | None:
        return self.occurred_at

    def faults(self, now: datetime) -> Iterator[FieldError]:
        yield from super().faults(now)
        if self.kind in ("set", "moved") and self.next_court is None:
            yield FieldError("/next_court", "missing", "Say when the appearance is.")
        if self.kind == "failure_to_appear" and self.occurred_at is None:
            yield FieldError("/occurred_at", "missing", "Say which appearance was missed.")


class ReportDisposition(CaseReportIn):
    """Report that a court disposed of a case."""

    disposition: Literal[
        "dismissed", "acquitted", "convicted", "deferred", "vacated", "transferred", "other"
    ]
    disposed_at: PastTime

    def happened_at(self) -> datetime:
        return self.disposed_at
