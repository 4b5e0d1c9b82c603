"""What the notifier listens for."""

from notifier import handlers
from notifier.commands import FollowAssignment, RaiseAlert
from notifier.participation import consumers as participation
from shared.database import Transaction
from shared.events import CaseManagerAssigned, ParticipantRecontacted
from shared.messages import Subscriptions


async def on_participant_recontacted(event: ParticipantRecontacted, tx: Transaction) -> None:
    await handlers.raise_alert(RaiseAlert(event), tx)


async def on_case_manager_assigned(event: CaseManagerAssigned, tx: Transaction) -> None:
    await handlers.follow_assignment(FollowAssignment(event), tx)


SUBSCRIPTIONS: Subscriptions = {
    ParticipantRecontacted: on_participant_recontacted,
    CaseManagerAssigned: on_case_manager_assigned,
    **participation.SUBSCRIPTIONS,
}
