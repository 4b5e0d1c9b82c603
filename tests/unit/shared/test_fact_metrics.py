"""Counting what happened, from the events themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from shared.events import ALL
from shared.events.notifier import AlertAcknowledged, AlertClosed
from shared.fact_metrics import CAUSES, FactMetrics, name_of
from shared.ids import new_id


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def metrics(reader: InMemoryMetricReader) -> FactMetrics:
    return FactMetrics(MeterProvider(metric_readers=[reader]).get_meter("test"), "notifier")


def points(reader: InMemoryMetricReader, name: str) -> dict[str, Any]:
    """The data points of one instrument, by event."""
    data = reader.get_metrics_data()
    assert data is not None
    found = [
        metric
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == name
    ]
    return {str((p.attributes or {})["event"]): p for m in found for p in m.data.data_points}


def test_every_event_of_the_service_starts_from_zero(
    metrics: FactMetrics, reader: InMemoryMetricReader
) -> None:
    """So that an alert on the first one ever can fire; other services' events are not there."""
    names = {name_of(event) for event in ALL if event.service == "notifier"}
    counted = points(reader, "lead.events")
    assert counted.keys() == names
    assert {point.value for point in counted.values()} == {0}


def test_a_delay_is_from_what_began_it(metrics: FactMetrics, reader: InMemoryMetricReader) -> None:
    """An alert's number is given when it is raised; a random identifier tells nothing."""
    now = datetime.now(UTC)
    common: dict[str, Any] = {
        "site": "king-county", "subject": "p_1", "occurred_at": now + timedelta(minutes=5),
    }  # fmt: skip
    for alert in (new_id(), uuid4()):
        answer = AlertAcknowledged(**common, alert_id=alert, acknowledged_by="alice")
        metrics.committed([answer])
    metrics.committed([AlertClosed(**common, alert_id=new_id(), end_state="acknowledged")])
    delays = points(reader, "lead.event.delay")
    assert delays.keys() == {"alert-acknowledged"}
    assert delays["alert-acknowledged"].count == 1
    assert delays["alert-acknowledged"].sum == pytest.approx(300, abs=5)
    assert points(reader, "lead.events")["alert-acknowledged"].value == 2


def test_causes_are_fields_of_their_events() -> None:
    """A renamed field must not end a promise's measurement in silence."""
    assert all(field in event.model_fields for event, field in CAUSES.items())
