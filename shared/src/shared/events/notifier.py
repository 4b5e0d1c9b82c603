"""What the notifier publishes: how each alert went. `subject` is the participant key."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.events.base import Event
from shared.sealing import Identity, Program


class NotifierEvent(Event):
    """Published by the notifier."""

    service = "notifier"


class AlertEvent(NotifierEvent):
    """A step in the life of one alert."""

    alert_id: Program[UUID]


class AlertRaised(AlertEvent):
    """Sent when a re-contact opens or updates an alert for the person on duty."""

    alert_number: Program[int]
    receipt: Program[UUID]
    recipient: Program[str]
    due_at: Program[AwareDatetime]


class AlertDelivered(AlertEvent):
    """Sent when a channel took a message about an alert."""

    recipient: Program[str]
    channel: Program[str]


class AlertAcknowledged(AlertEvent):
    """Sent when a human says: I have this."""

    acknowledged_by: Program[str]
    action: Program[str | None] = None


class AlertEscalated(AlertEvent):
    """Sent when nobody answered in time and the alert moves to the next person."""

    from_recipient: Program[str | None] = None
    to_recipient: Program[str]
    reason: Program[str]


class AlertClosed(AlertEvent):
    """Sent when an alert reaches its one end state."""

    end_state: Program[str]


class AlertSuppressed(NotifierEvent):
    """Sent when a re-contact alerts nobody, with the reason."""

    receipt: Program[UUID]
    reason: Program[str]


class AlertRecalled(AlertEvent):
    """Sent when a wrong alert is withdrawn from exactly those who got it."""

    reason: Program[str]


class AlertDisowned(AlertEvent):
    """Sent when a case manager says "not my client": casework is to correct the identity."""

    receipt: Program[UUID]
    disowned_by: Program[str]


class CoverageGapFound(NotifierEvent):
    """Sent when nobody would cover for the staff member in `subject`."""

    gap_from: Program[AwareDatetime]
    gap_until: Program[AwareDatetime | None] = None


class StaffReachabilityChanged(NotifierEvent):
    """Sent when a staff member can, or can no longer, be reached. `subject` is the staff member."""

    reachable: Program[bool]


class StaffNamed(NotifierEvent):
    """Sent when a staff member is entered, or called otherwise. `subject` is the staff member."""

    name: Identity[str]


class NotifierErased(NotifierEvent):
    """Sent when the notifier has destroyed what it held about an erased participant."""

    erasure_id: Program[UUID]
    records: Program[int]
