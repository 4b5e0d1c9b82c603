"""Stories of how an alert ends: exactly once, and which way."""

import asyncpg
import pytest
from tests.integration.notifier.stories.story import NEW, NOBODY, YOURS, Story

from shared.events import AlertAcknowledged, AlertClosed

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_answer_by_whom_was_asked_first(story: Story) -> None:
    """Acknowledged; the same again is the same answer and no second end."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    await story.acknowledges("alice")
    await story.acknowledges("alice")
    await story.stands("acknowledged")
    assert len(await story.published(AlertAcknowledged)) == 1


async def test_an_answer_after_a_handover(story: Story) -> None:
    """Handed over: alice passed it on, and ben has it."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.hands_over("alice", "ben")
    await story.told(alice=NEW, ben=YOURS)
    await story.stands("waiting", "ben")
    await story.acknowledges("ben")
    await story.stands("handed_over")


async def test_an_answer_after_an_escalation(story: Story) -> None:
    """Escalated to a human who answered."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.passes(minutes=30)
    await story.told(alice=NEW, ben=YOURS)
    await story.acknowledges("ben")
    await story.stands("escalated")


async def test_a_late_answer_of_whom_was_asked_first(story: Story) -> None:
    """Ben was asked meanwhile, alice answers: acknowledged, and ben's clock stops."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.passes(minutes=31)
    await story.told(alice=NEW, ben=YOURS)
    await story.acknowledges("alice")
    await story.passes(days=2)
    await story.stands("acknowledged")


async def test_the_route_ends_and_the_alert_does_not(story: Story) -> None:
    """Everybody was asked and nobody answered: it stays open until somebody does."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.passes(minutes=125)
    await story.told(alice=NEW, ben=YOURS, carla=(YOURS, NOBODY), line=YOURS)
    await story.stands("unanswered")
    assert await story.published(AlertClosed) == []
    await story.acknowledges("ben")
    await story.stands("escalated")


async def test_an_unanswered_alert_can_still_be_handed_over(story: Story) -> None:
    """Carla gives it to alice, who is asked again with a clock."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.passes(minutes=125)
    await story.told(alice=NEW, ben=YOURS, carla=(YOURS, NOBODY), line=YOURS)
    await story.hands_over("carla", "alice")
    await story.told(alice=YOURS)
    await story.acknowledges("alice")
    await story.stands("handed_over")


async def test_who_has_the_incident_has_what_nobody_answered_before(story: Story) -> None:
    """The booking went unanswered; the release pages anew, and its answer ends both."""
    await story.assigned("alice")
    await story.reported("booking", booking_number="B-1")
    await story.passes(minutes=125)
    await story.told(alice=NEW, ben=YOURS, carla=(YOURS, NOBODY), line=YOURS)
    await story.reported("release", booking_number="B-1")
    await story.told(alice=NEW)
    await story.acknowledges("alice")
    assert [alert["state"] for alert in await story.alerts()] == ["escalated", "acknowledged"]


async def test_what_needed_no_answer_may_have_one(story: Story) -> None:
    """A field contact ended with its message; who takes it is recorded, the end stays."""
    await story.assigned("alice")
    await story.reported("police-contact")
    await story.told(alice=NEW)
    await story.acknowledges("alice")
    alert = await story.stands("told")
    assert alert["answered_by"] == "alice"


async def test_the_database_itself_keeps_an_end_final(story: Story) -> None:
    """Not even a bug can open an alert that has ended."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    await story.acknowledges("alice")
    for state in ("waiting", "suppressed"):
        with pytest.raises(asyncpg.RaiseError):
            await story.stage.rows("UPDATE alert SET state = $1 WHERE site = $2", state, story.site)
