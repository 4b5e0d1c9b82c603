"""Each report as the event that casework matches. Nothing is looked up: no oracle (R-09)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from prosecution_hook.reports.commands import (
    CaseReportIn,
    ReportCharge,
    ReportCourtDate,
    ReportDecision,
    ReportDisposition,
    ReportWarrant,
)
from shared.events import (
    CaseDisposed,
    CourtDateSet,
    NewChargeFiled,
    ProsecutionDecisionMade,
    WarrantCleared,
    WarrantIssued,
)


def charge_filed(command: ReportCharge, receipt: UUID, now: datetime) -> NewChargeFiled:
    common = _common(command, receipt, now)
    return NewChargeFiled(**common, kind=command.kind, filed_at=command.filed_at)


def decision_made(command: ReportDecision, receipt: UUID, now: datetime) -> ProsecutionDecisionMade:
    return ProsecutionDecisionMade(**_common(command, receipt, now), decision=command.decision)


def warrant_changed(
    command: ReportWarrant, receipt: UUID, now: datetime
) -> WarrantIssued | WarrantCleared:
    common = _common(command, receipt, now) | {"warrant_number": command.warrant_number}
    if command.kind == "issued":
        return WarrantIssued(**common, basis=command.basis)
    return WarrantCleared(**common, outcome=command.kind)


def court_date_set(command: ReportCourtDate, receipt: UUID, now: datetime) -> CourtDateSet:
    return CourtDateSet(**_common(command, receipt, now), kind=command.kind)


def case_disposed(command: ReportDisposition, receipt: UUID, now: datetime) -> CaseDisposed:
    return CaseDisposed(**_common(command, receipt, now), disposition=command.disposition)


def _common(command: CaseReportIn, receipt: UUID, now: datetime) -> dict[str, Any]:
    # A charge without a time of its own happened at the incident: casework tells old conduct by it.
    charges = tuple(
        charge
        if charge.incident_at
        else charge.model_copy(update={"incident_at": command.incident_at})
        for charge in command.charges
    )
    return {
        "site": command.site,
        "subject": str(receipt),
        "occurred_at": command.happened_at() or now,
        "receipt": receipt,
        "source_system": command.source_system,
        "source_record_id": command.source_record_id,
        "record_version": command.record_version,
        "supersedes": command.supersedes,
        "received_at": now,
        "person": command.person,
        "charges": charges,
        "next_court": command.next_court,
        "incident_number": command.incident_number,
        "cause_number": command.cause_number,
        "incident_at": command.incident_at,
        "court": command.court,
    }
