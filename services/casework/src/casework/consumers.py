"""What casework listens for."""

from casework.assignments.handlers import note_name, note_reachability
from casework.coordination.handlers import close_request, keep_request
from casework.heard.handlers import (
    note_disclosure,
    note_hold_deadline,
    note_hold_expiring,
    note_hold_resolved,
    note_hold_started,
)
from casework.intake.handlers import await_outreach, note_closed, note_handoff
from casework.matching import corrections, handlers
from casework.matching.commands import MarkAlerted, MatchReports, OpenFile
from casework.rights.handlers import keep_receipt
from casework.settings import Policy
from shared.batches import Batch, InBatches
from shared.database import Transaction
from shared.events import (
    AlertDisowned,
    AlertRaised,
    CaseDisposed,
    CaseReport,
    ChargeHoldDeadlinePassed,
    ChargeHoldExpiring,
    ChargeHoldResolved,
    ChargeHoldStarted,
    ContactReported,
    ContactRetracted,
    CoordinationClosed,
    CoordinationRequested,
    CourtDateSet,
    DisclosureMade,
    DisclosureSuppressed,
    HandoffCompleted,
    NewChargeFiled,
    NotifierErased,
    ParticipantReferred,
    ProsecutionDecisionMade,
    ProsecutionErased,
    ReferralClosed,
    ReferralErased,
    ReferralScreened,
    StaffNamed,
    StaffReachabilityChanged,
    WarrantCleared,
    WarrantIssued,
)
from shared.messages import Subscriptions


def subscriptions(policy: Policy) -> Subscriptions:
    """The visible dictionary; `policy` is what the site and the law may set."""

    async def on_participant_referred(event: ParticipantReferred, tx: Transaction) -> None:
        await handlers.open_file(OpenFile(event), tx, policy)

    async def on_contact_reported(batch: Batch[ContactReported], tx: Transaction) -> None:
        await handlers.match_reports(MatchReports(batch), tx, policy)

    async def on_case_report(batch: Batch[CaseReport], tx: Transaction) -> None:
        await handlers.match_reports(MatchReports(batch), tx, policy)

    async def on_alert_raised(batch: Batch[AlertRaised], tx: Transaction) -> None:
        await handlers.mark_alerted(MarkAlerted(batch), tx)

    async def on_alert_disowned(event: AlertDisowned, tx: Transaction) -> None:
        await corrections.disown(event, tx, policy)

    return {
        ParticipantReferred: on_participant_referred,
        ReferralScreened: await_outreach,
        HandoffCompleted: note_handoff,
        ReferralClosed: note_closed,
        ContactReported: InBatches(on_contact_reported),
        NewChargeFiled: InBatches(on_case_report),
        ProsecutionDecisionMade: InBatches(on_case_report),
        WarrantIssued: InBatches(on_case_report),
        WarrantCleared: InBatches(on_case_report),
        CourtDateSet: InBatches(on_case_report),
        CaseDisposed: InBatches(on_case_report),
        AlertRaised: InBatches(on_alert_raised),
        AlertDisowned: on_alert_disowned,
        ContactRetracted: corrections.retract,
        StaffNamed: note_name,
        StaffReachabilityChanged: note_reachability,
        CoordinationRequested: keep_request,
        CoordinationClosed: close_request,
        ChargeHoldStarted: note_hold_started,
        ChargeHoldExpiring: note_hold_expiring,
        ChargeHoldDeadlinePassed: note_hold_deadline,
        ChargeHoldResolved: note_hold_resolved,
        DisclosureMade: note_disclosure,
        DisclosureSuppressed: note_disclosure,
        ReferralErased: keep_receipt,
        ProsecutionErased: keep_receipt,
        NotifierErased: keep_receipt,
    }


SUBSCRIPTIONS: Subscriptions = subscriptions(Policy())
