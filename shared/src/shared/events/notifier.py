"""What the notifier publishes: how each alert went. `subject` is the participant key."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.events.base import Event
from shared.sealing import Program


class NotifierEvent(Event):
    """Published by the notifier."""

    service = "notifier"

    alert_id: Program[UUID]


class AlertRaised(NotifierEvent):
    """Sent when a re-contact opens or updates an alert for the person on duty."""

    alert_number: Program[int]
    receipt: Program[UUID]
    recipient: Program[str]
    due_at: Program[AwareDatetime]


class AlertDelivered(NotifierEvent):
    """Sent when a channel took a message about an alert."""

    recipient: Program[str]
    channel: Program[str]


class AlertAcknowledged(NotifierEvent):
    """Sent when a human says: I have this."""

    acknowledged_by: Program[str]
    action: Program[str | None] = None


class AlertEscalated(NotifierEvent):
    """Sent when nobody answered in time and the alert moves to the next person."""

    from_recipient: Program[str | None] = None
    to_recipient: Program[str]
    reason: Program[str]
