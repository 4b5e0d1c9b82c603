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
from shared.batches import Batch
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
from shared.messages import Subscription, Subscriptions


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
        ParticipantReferred: Subscription("on_participant_referred", on_participant_referred),
        ReferralScreened: Subscription("await_outreach", await_outreach),
        HandoffCompleted: Subscription("note_handoff", note_handoff),
        ReferralClosed: Subscription("note_closed", note_closed),
        ContactReported: Subscription("on_contact_reported", handle_batch=on_contact_reported),
        NewChargeFiled: Subscription("on_case_report", handle_batch=on_case_report),
        ProsecutionDecisionMade: Subscription("on_case_report", handle_batch=on_case_report),
        WarrantIssued: Subscription("on_case_report", handle_batch=on_case_report),
        WarrantCleared: Subscription("on_case_report", handle_batch=on_case_report),
        CourtDateSet: Subscription("on_case_report", handle_batch=on_case_report),
        CaseDisposed: Subscription("on_case_report", handle_batch=on_case_report),
        AlertRaised: Subscription("on_alert_raised", handle_batch=on_alert_raised),
        AlertDisowned: Subscription("on_alert_disowned", on_alert_disowned),
        ContactRetracted: Subscription("retract", corrections.retract),
        StaffNamed: Subscription("note_name", note_name),
        StaffReachabilityChanged: Subscription("note_reachability", note_reachability),
        CoordinationRequested: Subscription("keep_request", keep_request),
        CoordinationClosed: Subscription("close_request", close_request),
        ChargeHoldStarted: Subscription("note_hold_started", note_hold_started),
        ChargeHoldExpiring: Subscription("note_hold_expiring", note_hold_expiring),
        ChargeHoldDeadlinePassed: Subscription("note_hold_deadline", note_hold_deadline),
        ChargeHoldResolved: Subscription("note_hold_resolved", note_hold_resolved),
        DisclosureMade: Subscription("note_disclosure", note_disclosure),
        DisclosureSuppressed: Subscription("note_disclosure", note_disclosure),
        ReferralErased: Subscription("keep_receipt", keep_receipt),
        ProsecutionErased: Subscription("keep_receipt", keep_receipt),
        NotifierErased: Subscription("keep_receipt", keep_receipt),
    }


SUBSCRIPTIONS: Subscriptions = subscriptions(Policy())
