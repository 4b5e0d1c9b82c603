"""What waits for the morning, what never does, and what is not sent when the morning comes."""

from datetime import UTC, datetime

import pytest
from tests.integration.notifier.stories.house import BEGINNING
from tests.integration.notifier.stories.story import NEW, YOURS, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")

NIGHT = {"quiet_from": "21:00", "quiet_until": "07:00"}
SEVERAL = "3 items"


async def tonight(story: Story, **policy: object) -> None:
    """It is 23:00 in Seattle, and the site is quiet until seven."""
    await story.policy(**(NIGHT | policy))
    await story.assigned()
    await story.passes(hours=13)


async def test_a_field_contact_waits_for_the_morning(story: Story) -> None:
    """Nothing at night, one message at seven; the record says that it waited."""
    await tonight(story)
    await story.reported("police-contact")
    await story.nobody_is_told()
    await story.passes(hours=7, minutes=59)
    await story.nobody_is_told()
    await story.passes(minutes=1, seconds=1)
    await story.told(alice=NEW)
    assert "The message to Alice waits for the end of quiet hours or a digest." in await story.why()


@pytest.mark.parametrize("cause", ["booking", "overdose-response", "warrant"])
async def test_what_cannot_wait_comes_at_night(story: Story, cause: str) -> None:
    """Custody, safety and legal know no quiet hours."""
    await tonight(story)
    await story.reported(cause)
    await story.told(alice=NEW)


async def test_what_was_answered_in_the_night_is_not_sent_in_the_morning(story: Story) -> None:
    """Alice saw it in her inbox: looked at again when quiet hours end, it needs nobody."""
    await tonight(story)
    await story.reported("police-contact")
    await story.acknowledges("alice")
    await story.passes(hours=12)
    await story.nobody_is_told()


async def test_handing_over_at_night_wakes_nobody(story: Story) -> None:
    """Every way to a message goes through the same gate: ben hears of it at seven, alice never."""
    await tonight(story)
    await story.reported("police-contact")
    await story.hands_over("alice", "ben")
    await story.nobody_is_told()
    await story.passes(hours=9)
    await story.told(ben=YOURS)


async def test_a_new_case_manager_is_not_woken_either(story: Story) -> None:
    """Reassigned in the night: the held message moves with the alert."""
    await tonight(story)
    await story.reported("police-contact")
    await story.assigned("ben")
    await story.nobody_is_told()
    await story.passes(hours=9)
    await story.told(ben=YOURS)


async def test_worse_news_in_the_night_wakes(story: Story) -> None:
    """The field contact becomes a booking: at once."""
    await tonight(story)
    await story.reported("police-contact", incident_number="I-1")
    await story.nobody_is_told()
    await story.reported("booking", incident_number="I-1")
    await story.told(alice="omething new")
    await story.acknowledges("alice")
    await story.passes(hours=12)
    await story.nobody_is_told()


async def test_the_night_of_spring_forward_ends_at_seven_too(story: Story) -> None:
    """8 March: seven on the wall is 14:00 UTC, an hour earlier than the day before."""
    await story.policy(**NIGHT)
    await story.assigned()
    await story.house.pass_time(datetime(2026, 3, 8, 7, tzinfo=UTC) - story.now)
    await story.reported("citation")
    await story.house.pass_time(datetime(2026, 3, 8, 13, 59, tzinfo=UTC) - story.now)
    await story.nobody_is_told()
    await story.passes(minutes=1, seconds=1)
    await story.told(alice=NEW)


async def test_the_night_of_fall_back_ends_at_seven_too(story: Story) -> None:
    """1 November: seven on the wall is 15:00 UTC."""
    story.stage.clock.advance(datetime(2026, 11, 1, 6, tzinfo=UTC) - BEGINNING)
    await story.policy(**NIGHT)
    await story.assigned()
    await story.reported("citation")
    await story.house.pass_time(datetime(2026, 11, 1, 14, 59, tzinfo=UTC) - story.now)
    await story.nobody_is_told()
    await story.passes(minutes=1, seconds=1)
    await story.told(alice=NEW)


async def test_a_digest_gathers_what_can_wait(story: Story) -> None:
    """Three field contacts by day: one message at noon, and the booking among them at once."""
    await story.policy(digests=["12:00"])
    await story.assigned()
    for number in range(3):
        await story.reported("police-contact", incident_number=f"I-{number + 1}")
    await story.reported("booking", incident_number="B-9")
    await story.told(alice=NEW)
    await story.acknowledges("alice")
    await story.passes(hours=2, seconds=1)
    await story.told(alice=SEVERAL)
    assert {a["state"] for a in await story.alerts()} == {"told", "acknowledged"}


async def test_a_holiday_stops_a_legal_clock(story: Story) -> None:
    """A warrant on Tuesday; Wednesday is a holiday: ben is asked on Thursday, not before."""
    await story.policy(holidays=["2026-03-04"])
    await story.assigned()
    await story.reported("warrant")
    await story.told(alice=NEW)
    await story.passes(hours=47)
    await story.nobody_is_told()
    await story.passes(hours=1, seconds=1)
    await story.told(ben=YOURS)


async def test_each_policy_is_kept_as_a_version(story: Story) -> None:
    """What was in force when can be told; a stale change is refused."""
    await story.policy(custody_minutes=20)
    path = f"/v1/sites/{story.site}/policy"
    seen = await story.call("GET", path, sub="carla")
    assert (seen["version"], seen["custody_minutes"]) == (2, 20)
    stale = story.who("carla") | {"If-Match": '"1"'}
    answer = await story.stage.client.put(path, json={}, headers=stale)
    assert answer.status_code == 412
    rows = await story.stage.rows(
        "SELECT version, policy FROM site_policy_version WHERE site = $1 ORDER BY 1", story.site
    )
    assert [row["version"] for row in rows] == [1, 2]
    await story.call("PUT", path, {"quiet_from": "21:00"}, sub="carla", expect=422)
    await story.call("PUT", path, {"digests": ["09:00:30"]}, sub="carla", expect=422)
