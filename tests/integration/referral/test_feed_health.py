"""Feed health: a source that fell silent is somebody's work, and what was missed is counted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact

from shared.events import FeedRecovered, FeedSilent
from shared.testing import Stage, eventually

Headers = Callable[..., dict[str, str]]
JAIL = "jms-county-a"


async def feed(stage: Stage, headers: Headers, source: str = JAIL) -> dict[str, Any]:
    """One feed as ops see it."""
    answer = await stage.client.get("/v1/feeds", headers=headers("ops"))
    [found] = [item for item in answer.json()["items"] if item["source"] == source]
    return dict(found)


async def in_state(stage: Stage, headers: Headers, state: str, source: str = JAIL) -> Any:
    """Wait until the watch has come to this."""

    async def so() -> bool:
        return bool((await feed(stage, headers, source))["state"] == state)

    await eventually(so)
    return await feed(stage, headers, source)


async def test_a_jail_silent_for_25_hours(open_stage: OpenStage, headers: Headers) -> None:
    """Scenario 13: an alarm after the site's longest silence, once; gap minutes; recovery."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=[JAIL, "rms-spd"])
        await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        await stage.client.post("/v1/feeds/rms-spd/heartbeat", headers=jail)
        await stage.pass_time(timedelta(minutes=1))
        await in_state(stage, headers, "heard")
        await stage.pass_time(timedelta(hours=22))
        await stage.client.post("/v1/feeds/rms-spd/heartbeat", headers=jail)
        await stage.pass_time(timedelta(hours=1))
        assert await stage.published(FeedSilent) == []

        await stage.pass_time(timedelta(hours=2))
        silent = await in_state(stage, headers, "silent")
        assert 1500 <= silent["coverage_gap_minutes"] <= 1502
        assert silent["alarm_since"] == silent["last_report_at"]
        await stage.pass_time(timedelta(minutes=5))
        [alarm] = await stage.published(FeedSilent)
        assert (alarm.subject, alarm.alarm) == (JAIL, "silent")
        assert (await feed(stage, headers, "rms-spd"))["state"] == "heard"

        await stage.client.post(f"/v1/feeds/{JAIL}/heartbeat", headers=jail)
        await stage.pass_time(timedelta(minutes=1))
        heard = await in_state(stage, headers, "heard")
        assert 1505 <= heard["coverage_gap_minutes"] <= 1508
        [recovered] = await stage.published(FeedRecovered)
        assert recovered.silent_since == alarm.last_heard_at
        await stage.pass_time(timedelta(hours=40))
        await in_state(stage, headers, "silent")
        await in_state(stage, headers, "silent", "rms-spd")
        assert len(await stage.published(FeedSilent)) == 3


async def test_what_a_site_expects_of_a_source_is_its_own(
    open_stage: OpenStage, headers: Headers
) -> None:
    """In versions; a feed that never came is missed too, and a thin one is seen."""
    async with open_stage("referral") as stage:
        jail, carla = headers("agency-reporter", sources=[JAIL]), headers("supervisor")
        put = stage.client.put
        hourly = {"site": "king-county", "max_silence_minutes": 60}
        path = "/v1/feeds/{}/policy".format
        assert (await put(path("court-cms"), json=hourly, headers=jail)).status_code == 403
        first = await put(path("court-cms"), json=hourly, headers=carla)
        assert first.json()["version"] == 1
        thin = {"site": "king-county", "max_silence_minutes": None, "floor_per_day": 5}
        for _ in range(2):
            second = await put(path(JAIL), json=thin, headers=carla)
        assert second.json()["version"] == 2
        await stage.pass_time(timedelta(minutes=62))
        await in_state(stage, headers, "silent", "court-cms")
        [alarm] = await stage.published(FeedSilent)
        assert (alarm.source_system, alarm.last_heard_at) == ("court-cms", None)

        await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        await stage.pass_time(timedelta(hours=23))
        below = await in_state(stage, headers, "below_floor")
        assert (below["floor_per_day"], below["max_silence_minutes"]) == (5, None)
        for number in range(5):
            body = contact(source_record_id=f"BK-{number}")
            await stage.client.post("/v1/contacts", json=body, headers=jail)
        await stage.pass_time(timedelta(hours=1))
        await in_state(stage, headers, "heard")
        wrong = await put(path(JAIL), json=thin | {"floor_per_day": 0}, headers=carla)
        assert wrong.status_code == 422
