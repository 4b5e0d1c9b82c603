"""Stories of legal clocks, and of sources that fall silent."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.notifier.stories.story import NAME, NEW, NEWS, YOURS, Story
from tests.integration.notifier.test_pages import cookie

from shared.events import (
    AlertSuppressed,
    ChargeHoldDeadlinePassed,
    ChargeHoldExpiring,
    CoordinationRequested,
    CourtDatePart,
    FeedRecovered,
    FeedSilent,
    ParticipantStatusChanged,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hold_runs_out(story: Story, hold: Any, days: int) -> None:
    values = {"hold_id": hold, "deadline_at": story.now + timedelta(days=days), "days_left": days}
    await story.hear(story.event(ChargeHoldExpiring, **values))


async def asked_to_coordinate(story: Story, **due: float) -> None:
    values = {
        "coordination_id": new_id(),
        "concerning": "new_charge",
        "due_at": story.now + timedelta(**due),
        "visible_to_liaison": False,
    }
    await story.hear(story.event(CoordinationRequested, **values))


async def test_a_hold_that_runs_out_is_one_thread(story: Story) -> None:
    """Seven days, three, one, passed: one alert until it is answered, a message for each."""
    await story.assigned("alice")
    hold = new_id()
    await hold_runs_out(story, hold, 7)
    await hold_runs_out(story, hold, 3)
    await story.told(alice=(NEW, NEWS))
    await story.acknowledges("alice")
    deadline = {"hold_id": hold, "deadline_at": story.now}
    await story.hear(story.event(ChargeHoldDeadlinePassed, **deadline))
    await story.told(alice=NEW)
    first, second = await story.alerts()
    assert (first["contact"]["cause"], second["contact"]["cause"]) == (
        "hold-expiring",
        "hold-review",
    )
    assert first["alert_class"] == "legal"


async def test_a_coordination_item_is_answered_before_it_is_due(story: Story) -> None:
    """Due in two hours: the backup is asked then, not after a business day."""
    await story.assigned("alice")
    await asked_to_coordinate(story, hours=2)
    await story.told(alice=NEW)
    await story.passes(minutes=119)
    await story.nobody_is_told()
    await story.passes(minutes=2)
    await story.told(ben=YOURS)


async def test_a_coordination_item_with_time_waits_a_business_day(story: Story) -> None:
    """Due in thirty days: that nobody took it is noticed tomorrow."""
    await story.assigned("alice")
    await asked_to_coordinate(story, days=30)
    await story.told(alice=NEW)
    await story.passes(hours=25)
    await story.told(ben=YOURS)


async def test_a_booking_does_not_join_a_hold_s_thread(story: Story) -> None:
    """Both concern the same person on the same day: two alerts, two messages."""
    await story.assigned("alice")
    await hold_runs_out(story, new_id(), 7)
    await story.reported("booking")
    await story.told(alice=(NEW, NEW))
    assert [a["alert_class"] for a in await story.alerts()] == ["legal", "custody"]


async def test_a_task_takes_the_name_from_what_was_reported(story: Story) -> None:
    """The event itself names nobody."""
    await story.assigned("alice")
    await hold_runs_out(story, new_id(), 7)
    assert (await story.alert())["contact"]["display_name"] == "A participant of yours"
    await story.reported("booking")
    await hold_runs_out(story, new_id(), 7)
    await story.told(alice=(NEW, NEW, NEW))
    assert (await story.alert())["contact"]["display_name"] == NAME


async def test_nobody_is_asked_about_somebody_who_left(story: Story) -> None:
    """Suppressed with the reason, like any contact."""
    await story.assigned("alice")
    values = {"status": "exited", "since": story.now}
    await story.hear(story.event(ParticipantStatusChanged, **values))
    await hold_runs_out(story, new_id(), 1)
    await story.nobody_is_told()
    (event,) = await story.published(AlertSuppressed)
    assert event.reason == "participation_ended"


async def test_a_legal_alert_is_due_before_the_next_appearance(story: Story) -> None:
    """Court in three hours: the backup is asked an hour before it."""
    await story.assigned("alice")
    court = CourtDatePart(court="Municipal", at=story.now + timedelta(hours=3))
    await story.reported("court-date", next_court=court)
    await story.told(alice=NEW)
    await story.passes(minutes=119)
    await story.nobody_is_told()
    await story.passes(minutes=2)
    await story.told(ben=YOURS)


async def inbox(story: Story) -> str:
    page = await story.stage.client.get("/inbox", headers=cookie(story.who("alice")))
    assert page.status_code == 200
    return page.text


async def test_a_silent_jail_is_shown_and_told_once(story: Story) -> None:
    """Scenario 13: alice sees it on her inbox, the supervisor gets one message; then it is over."""
    heard = story.now - timedelta(hours=26)
    silent = {"subject": "jms-a", "source_system": "jms-a", "last_heard_at": heard}
    await story.hear(story.event(FeedSilent, **silent))
    await story.hear(story.event(FeedSilent, **silent))
    await story.told(carla="A source has gone quiet")
    assert "Nothing from jms-a for 1 day" in await inbox(story)
    recovered = {"subject": "jms-a", "source_system": "jms-a"}
    await story.hear(story.event(FeedRecovered, **recovered))
    assert "Nothing from" not in await inbox(story)
    await story.nobody_is_told()
