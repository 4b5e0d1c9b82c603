"""What casework listens for."""

from casework.matching import handlers
from casework.matching.commands import MarkAlerted, MatchReport, OpenFile
from casework.settings import Policy
from shared.database import Transaction
from shared.events import (
    AlertRaised,
    ContactReported,
    NewChargeFiled,
    ParticipantReferred,
)
from shared.messages import Subscriptions


def subscriptions(policy: Policy) -> Subscriptions:
    """The visible dictionary; `policy` is what the site and the law may set."""

    async def on_participant_referred(event: ParticipantReferred, tx: Transaction) -> None:
        await handlers.open_file(OpenFile(event), tx, policy)

    async def on_contact_reported(event: ContactReported, tx: Transaction) -> None:
        await handlers.match_report(MatchReport(event), tx, policy)

    async def on_new_charge_filed(event: NewChargeFiled, tx: Transaction) -> None:
        await handlers.match_report(MatchReport(event), tx, policy)

    async def on_alert_raised(event: AlertRaised, tx: Transaction) -> None:
        await handlers.mark_alerted(MarkAlerted(event), tx)

    return {
        ParticipantReferred: on_participant_referred,
        ContactReported: on_contact_reported,
        NewChargeFiled: on_new_charge_filed,
        AlertRaised: on_alert_raised,
    }


SUBSCRIPTIONS: Subscriptions = subscriptions(Policy())
