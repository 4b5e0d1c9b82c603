"""Feeds: when each source was last heard of. Reports themselves leave no extra write."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact

from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]


async def feeds(stage: Stage, watcher: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The caller's feeds, by source."""
    answer = await stage.client.get("/v1/feeds", headers=watcher)
    return {feed["source"]: feed for feed in answer.json()["items"]}


async def test_feeds_show_reports_and_heartbeats(open_stage: OpenStage, headers: Headers) -> None:
    """A source that reports, and one that only says that it is alive."""
    async with open_stage("referral") as stage:
        agency = headers("agency-reporter", sources=["jms-county-a", "rms-spd"])
        lines = [json.dumps(contact(source_record_id=f"BK-{n}")) for n in range(3)]
        await stage.client.post("/v1/contacts:batch", content="\n".join(lines), headers=agency)
        beat = await stage.client.post("/v1/feeds/rms-spd/heartbeat", headers=agency)
        assert beat.status_code == 204
        seen = await feeds(stage, headers("ops"))
        assert seen["jms-county-a"]["reports_last_24_hours"] == 3
        assert seen["jms-county-a"]["last_report_at"]
        assert seen["jms-county-a"]["last_heartbeat_at"] is None
        assert seen["rms-spd"]["last_heartbeat_at"]
        assert seen["rms-spd"]["reports_last_24_hours"] == 0
        assert await feeds(stage, headers("supervisor", site="santa-fe")) == {}


async def test_a_silent_feed_is_remembered(open_stage: OpenStage, headers: Headers) -> None:
    """Days later it still shows when it was last heard of: silence must not look like calm."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        reported = stage.clock.now()
        stage.clock.advance(timedelta(days=3))

        async def remembered() -> dict[str, Any] | None:
            return (await feeds(stage, headers("ops"))).get("jms-county-a")

        feed = await eventually(remembered) or {}
        assert feed["reports_last_24_hours"] == 0
        last = datetime.fromisoformat(feed["last_report_at"])
        assert abs(last - reported) < timedelta(minutes=1)


async def test_a_heartbeat_is_for_ones_own_source(open_stage: OpenStage, headers: Headers) -> None:
    """Nobody keeps another's dead feed looking alive."""
    async with open_stage("referral") as stage:
        agency = headers("agency-reporter", sources=["rms-spd"])
        answer = await stage.client.post("/v1/feeds/jms-county-a/heartbeat", headers=agency)
        assert answer.status_code == 403
        assert (await stage.client.get("/v1/feeds", headers=agency)).status_code == 403
        assert await feeds(stage, headers("ops")) == {}
