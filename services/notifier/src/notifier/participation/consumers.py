"""What the notifier hears about a participant's place in the program."""

from notifier.locks import lock_people_of
from notifier.participation import handlers
from notifier.participation.commands import EraseParticipant, FollowStatus, RecallReport
from shared.database import Transaction
from shared.events import IdentityCorrected, ParticipantErased, ParticipantStatusChanged
from shared.messages import Subscription, Subscriptions


async def on_participant_status_changed(event: ParticipantStatusChanged, tx: Transaction) -> None:
    await handlers.follow_status(FollowStatus(event), tx)


async def on_identity_corrected(event: IdentityCorrected, tx: Transaction) -> None:
    await handlers.recall_report(RecallReport(event), tx)


async def on_participant_erased(event: ParticipantErased, tx: Transaction) -> None:
    await handlers.erase_participant(EraseParticipant(event), tx)


SUBSCRIPTIONS: Subscriptions = {
    ParticipantStatusChanged: Subscription(
        "on_participant_status_changed", on_participant_status_changed, lock_first=lock_people_of
    ),
    IdentityCorrected: Subscription(
        "on_identity_corrected", on_identity_corrected, lock_first=lock_people_of
    ),
    ParticipantErased: Subscription(
        "on_participant_erased", on_participant_erased, lock_first=lock_people_of
    ),
}
