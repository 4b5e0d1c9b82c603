"""What casework listens for."""

from casework.assignments.handlers import note_reachability
from casework.matching import handlers
from casework.matching.commands import MarkAlerted, MatchReport, OpenFile
from casework.settings import Policy
from shared.database import Transaction
from shared.events import (
    AlertRaised,
    CaseDisposed,
    CaseReport,
    ContactReported,
    CourtDateSet,
    NewChargeFiled,
    ParticipantReferred,
    ProsecutionDecisionMade,
    StaffReachabilityChanged,
    WarrantCleared,
    WarrantIssued,
)
from shared.messages import Subscriptions


def subscriptions(policy: Policy) -> Subscriptions:
    """The visible dictionary; `policy` is what the site and the law may set."""

    async def on_participant_referred(event: ParticipantReferred, tx: Transaction) -> None:
        await handlers.open_file(OpenFile(event), tx, policy)

    async def on_contact_reported(event: ContactReported, tx: Transaction) -> None:
        await handlers.match_report(MatchReport(event), tx, policy)

    async def on_case_report(event: CaseReport, tx: Transaction) -> None:
        await handlers.match_report(MatchReport(event), tx, policy)

    async def on_alert_raised(event: AlertRaised, tx: Transaction) -> None:
        await handlers.mark_alerted(MarkAlerted(event), tx)

    async def on_staff_reachability_changed(
        event: StaffReachabilityChanged, tx: Transaction
    ) -> None:
        await note_reachability(event, tx)

    return {
        ParticipantReferred: on_participant_referred,
        ContactReported: on_contact_reported,
        NewChargeFiled: on_case_report,
        ProsecutionDecisionMade: on_case_report,
        WarrantIssued: on_case_report,
        WarrantCleared: on_case_report,
        CourtDateSet: on_case_report,
        CaseDisposed: on_case_report,
        AlertRaised: on_alert_raised,
        StaffReachabilityChanged: on_staff_reachability_changed,
    }


SUBSCRIPTIONS: Subscriptions = subscriptions(Policy())
