"""Stories of contacts that were old when they arrived."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.notifier.stories.story import NEW, NEWS, YOURS, Story
from tests.integration.notifier.test_pages import Words, cookie

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIGEST = "History: "
CAUSES = ("citation", "police-contact", "release", "court-date", "overdose-response")


def past(story: Story, cause: str, days: float, **more: Any) -> Any:
    at = story.now - timedelta(days=days)
    return story.contact(cause, occurred_at=at, **more)


async def test_an_import_of_a_history_is_one_message(story: Story) -> None:
    """25 contacts of a year in several deliveries: one message, no clock, and each has its end."""
    await story.assigned("alice")
    contacts = [past(story, CAUSES[n % 5], 40 + 14 * n) for n in range(25)]
    for first in range(0, 25, 5):
        await story.hear(*contacts[first : first + 5])
    await story.nobody_is_told()
    await story.passes(minutes=1)
    await story.told(alice="History: 25 contacts between ")
    body = story.mail.mails[-1].text
    assert "Nobody has to answer" in body
    await story.passes(days=2)
    await story.nobody_is_told()
    alerts = await story.alerts()
    assert {(alert["state"], alert["alert_class"]) for alert in alerts} == {("told", "history")}
    assert "Alice is told of this and of other old contacts in one message." in await story.why()
    page = await story.stage.client.get("/inbox?kind=history", headers=cookie(story.who("alice")))
    assert str(Words(page.text)).count("no answer was needed") == 25


async def test_who_may_still_be_held_is_told_of_as_an_emergency(story: Story) -> None:
    """A booking of last week without a release: an alert with its clock. The rest is history."""
    await story.assigned("alice")
    await story.hear(
        past(story, "booking", 60, booking_number="B-1"),
        past(story, "release", 58, booking_number="B-1"),
        past(story, "citation", 30),
        past(story, "booking", 8, booking_number="B-2"),
    )
    await story.passes(minutes=1)
    titles = sorted(notice.title for notice in story.seen())
    assert len(titles) == 2
    assert any(title.startswith("History: 3 contacts between") for title in titles)
    assert any(NEW in title for title in titles)
    alert = await story.stands("waiting", "alice")
    assert (alert["alert_class"], alert["contact"]["booking_number"]) == ("custody", "B-2")
    await story.passes(minutes=31)
    await story.told(ben=YOURS)
    await story.acknowledges("ben")


async def test_a_release_that_follows_in_the_import_frees(story: Story) -> None:
    """First the booking, ten seconds later its release: nobody is in jail, nobody is paged."""
    await story.assigned("alice")
    await story.hear(past(story, "booking", 20, booking_number="B-1"))
    await story.passes(seconds=10)
    await story.hear(past(story, "release", 19, booking_number="B-1"))
    await story.passes(minutes=1)
    await story.told(alice="History: 2 contacts between ")


async def test_what_is_new_pages_in_a_thread_that_began_as_history(story: Story) -> None:
    """An old charge, and today the person is booked on its warrant: an alert as always."""
    await story.assigned("alice")
    await story.hear(past(story, "new-charge", 90, cause_number="26-1"))
    await story.passes(minutes=1)
    await story.told(alice="History: 1 contact of ")
    await story.reported("booking", cause_number="26-1")
    await story.told(alice=NEW)
    await story.acknowledges("alice")


async def test_an_old_word_on_a_question_that_is_open_is_news(story: Story) -> None:
    """Booked today and not answered yet; a release of last week under the number says something."""
    await story.assigned("alice")
    await story.reported("booking", booking_number="B-1")
    await story.told(alice=NEW)
    await story.hear(past(story, "release", 8, booking_number="B-1"))
    await story.told(alice=NEWS)
    await story.acknowledges("alice")


async def test_history_reaches_the_next_person_as_one_message_too(story: Story) -> None:
    """Alice's address is refused: ben gets one message, not twelve."""
    await story.assigned("alice")
    story.mail.refusals[f"alice@{story.site}.example"] = "550 no such user"
    await story.hear(*(past(story, "citation", 10 + n) for n in range(12)))
    await story.passes(minutes=10)
    await story.told(ben="History: 12 contacts between ")


async def test_a_site_sets_its_own_limits(story: Story) -> None:
    """Citations count as news for two weeks here."""
    await story.policy(field_old_hours=14 * 24)
    await story.assigned("alice")
    await story.hear(past(story, "citation", 10))
    await story.told(alice=NEW)
