"""What the notifier listens for."""

from notifier import handlers
from notifier.commands import FollowAssignment, RaiseAlerts
from notifier.emergencies import consumers as emergencies
from notifier.feeds import consumers as feeds
from notifier.locks import lock_people_of
from notifier.participation import consumers as participation
from notifier.tasks import consumers as tasks
from shared.batches import Batch
from shared.database import Transaction
from shared.events import CaseManagerAssigned, ParticipantRecontacted, SiteTimeZoneSet
from shared.messages import Subscription, Subscriptions
from shared.site_zones import keep_zone


async def on_participant_recontacted(batch: Batch[ParticipantRecontacted], tx: Transaction) -> None:
    await handlers.raise_alerts(RaiseAlerts(batch), tx)


async def on_case_manager_assigned(event: CaseManagerAssigned, tx: Transaction) -> None:
    await handlers.follow_assignment(FollowAssignment(event), tx)


SUBSCRIPTIONS: Subscriptions = {
    ParticipantRecontacted: Subscription(
        "on_participant_recontacted",
        handle_batch=on_participant_recontacted,
        lock_first=lock_people_of,
    ),
    CaseManagerAssigned: Subscription(
        "on_case_manager_assigned", on_case_manager_assigned, lock_first=lock_people_of
    ),
    **participation.SUBSCRIPTIONS,
    **tasks.SUBSCRIPTIONS,
    **feeds.SUBSCRIPTIONS,
    **emergencies.SUBSCRIPTIONS,
    SiteTimeZoneSet: Subscription("keep_zone", keep_zone),
}
