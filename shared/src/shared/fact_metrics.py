"""Business telemetry: how many facts of each kind became true, and how long after their cause.

Read from the events themselves, once they are committed, so that no service counts by hand and no
number can say what the events do not. Names of events only: never a person, a place, or a reason.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from opentelemetry.metrics import Meter

from shared.events import ALL
from shared.events.base import Event
from shared.events.notifier import AlertAcknowledged, AlertDelivered, AlertRaised

# From a minute, which is what is promised, to the days that a human's review may take.
# Floats: Prometheus takes bounds by their text, and rules write `60.0`.
BUCKETS = tuple(
    float(n) for n in (0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 900, 1800, 3600, 14400, 86400)
)
# The identifier that each began with: a receipt is given when a report is taken, an alert's number
# when it is raised. Both are UUIDv7, and so tell when.
CAUSES: dict[type[Event], str] = {
    AlertRaised: "receipt",
    AlertDelivered: "alert_id",
    AlertAcknowledged: "alert_id",
}


class FactMetrics:
    """`lead_events_total` and `lead_event_delay_seconds` of one service, by event."""

    def __init__(self, meter: Meter, service: str) -> None:
        self._events = meter.create_counter("lead.events", unit="{event}")
        self._delay = meter.create_histogram(
            "lead.event.delay", unit="s", explicit_bucket_boundaries_advisory=BUCKETS
        )
        for event in ALL:
            if event.service == service:
                # From zero, so that the first one ever is an increase.
                self._events.add(0, {"event": name_of(event)})

    def committed(self, events: Sequence[Event]) -> None:
        """Count what became true."""
        for event in events:
            attributes = {"event": name_of(type(event))}
            self._events.add(1, attributes)
            began = _beginning(event)
            if began is not None:
                late = (event.occurred_at - began).total_seconds()
                self._delay.record(max(0.0, late), attributes)


def name_of(event: type[Event]) -> str:
    """`alert-raised`, from `lead.notifier.alert-raised.v1`."""
    return event.type.split(".")[2]


def _beginning(event: Event) -> datetime | None:
    cause: UUID | None = getattr(event, CAUSES.get(type(event), ""), None)
    if cause is None or cause.version != 7:
        return None
    return datetime.fromtimestamp((cause.int >> 80) / 1000, UTC)
