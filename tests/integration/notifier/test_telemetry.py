"""Business telemetry: what a program manager is promised is counted from what happened."""

import re
from datetime import timedelta

from tests.integration.notifier.town import CANARY, Town

from shared.testing import eventually


async def shown(town: Town) -> str:
    return (await town.stage.client.get("/metrics")).text


async def number(town: Town, name: str, **labels: str) -> float:
    """One number of /metrics; 0 when it is not there."""
    wanted = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    found = re.search(rf"^{name}{{{re.escape(wanted)}}} (\S+)$", await shown(town), re.M)
    return float(found.group(1)) if found else 0.0


async def test_an_alert_is_counted_from_its_report_to_its_answer(town: Town) -> None:
    """Raised, delivered, answered: each once, with the time since what began it."""
    assert 'lead_events_total{event="alert-recalled"} 0.0' in await shown(town)
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    alert = await town.the_alert()
    await town.stage.pass_time(timedelta(minutes=10))
    await town.acknowledge(alert["id"], town.alice)

    async def answered() -> bool:
        return await number(town, "lead_events_total", event="alert-acknowledged") == 1

    await eventually(answered)
    assert await number(town, "lead_events_total", event="alert-raised") == 1
    took = "lead_event_delay_seconds_bucket"
    # The bound that the alert rules name, as they write it.
    assert await number(town, took, event="alert-raised", le="60.0") == 1
    assert await number(town, took, event="alert-acknowledged", le="300.0") == 0
    assert await number(town, took, event="alert-acknowledged", le="900.0") == 1
    text = await shown(town)
    assert not any(word in text for word in (*CANARY.split(), "alice", town.participant))
