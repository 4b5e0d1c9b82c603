"""Stories of the auditor: what is stuck is found, somebody is told, and the auditor is watched."""

from typing import Any

import pytest
from tests.integration.notifier.stories.story import NEW, NOBODY, YOURS, Story
from tests.integration.notifier.test_pages import Words, cookie

from notifier.auditing.handlers import send_test_pages

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def audit(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = await story.call("GET", "/v1/audit/open", sub="carla")
    return found


async def test_what_nobody_answered_is_raised_until_somebody_does(story: Story) -> None:
    """The supervisor hears of it at once, and again after four hours, and never after the end."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.passes(minutes=125)
    await story.told(alice=NEW, ben=YOURS, carla=(YOURS, NOBODY), line=YOURS)
    await story.passes(hours=3)
    await story.nobody_is_told()
    await story.passes(hours=1, minutes=5)
    await story.told(carla=NOBODY)
    await story.acknowledges("carla")
    await story.passes(days=2)
    await story.nobody_is_told()


async def test_a_clock_that_was_lost_is_wound_up_again(story: Story) -> None:
    """The timer's row vanished during a pause: the next person is asked after all."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    alert = await story.alert()
    await story.stage.rows("DELETE FROM timer WHERE subject = $1", alert["id"])
    await story.passes(minutes=37)
    await story.passes(minutes=1)
    await story.told(carla=NOBODY, ben=YOURS)
    assert "its time ran out and nobody was asked." in " ".join(await story.why())


async def test_a_message_that_never_leaves_is_found(story: Story) -> None:
    """A field contact needs no answer, but its message needs to go out."""
    await story.assigned("alice")
    await story.mail.stop()
    await story.reported("police-contact")
    await story.passes(minutes=33)
    (item,) = (await audit(story))["items"]
    assert item["stuck"] == "not_sent"
    await story.mail.start()
    await story.passes(minutes=10)
    await story.told(alice=NEW, carla=NOBODY)
    await story.stands("told")


async def test_the_auditor_s_heartbeat_can_be_read(story: Story) -> None:
    """After a sweep it is fresh; when sweeps stop, an empty list says so."""
    await story.passes(minutes=2)
    found = await audit(story)
    assert found["items"] == []
    assert found["auditor"]["late"] is False
    await story.stage.rows("DELETE FROM timer WHERE kind = 'audit.sweep'")
    await story.passes(minutes=10)
    assert (await audit(story))["auditor"]["late"] is True
    async with story.stage.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO timer (id, kind, subject, due_at)"
            " VALUES (gen_random_uuid(), 'audit.sweep', '', $1)",
            tx.now,
        )


async def test_the_daily_test_reaches_everybody_who_would_be_paged(story: Story) -> None:
    """At the site's hour for it, and at no other."""
    async with story.stage.transaction() as tx:
        await send_test_pages(tx)
    await story.nobody_is_told()
    await story.passes(hours=8)
    test = "A test"
    await story.told(alice=test, ben=test, carla=test)


async def test_an_alert_on_its_way_is_not_stuck(story: Story) -> None:
    """It is listed as open, and that is all."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    await story.passes(minutes=10)
    (item,) = (await audit(story))["items"]
    assert (item["stuck"], item["overdue"]) == (None, False)


async def team(story: Story) -> str:
    page = await story.stage.client.get("/team", headers=cookie(story.who("carla")))
    assert page.status_code == 200
    return str(Words(page.text))


async def test_the_board_shows_who_has_what(story: Story) -> None:
    """Alice's one waiting on top, then overdue with nobody; a case manager has no board."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    text = await team(story)
    assert "Nothing overdue." in text
    assert "Alice 1 waiting , the oldest" in text
    assert text.index("Alice 1 waiting") < text.index("Ben Nothing waiting")
    await story.passes(minutes=125)
    await story.told(ben=YOURS, carla=(YOURS, NOBODY), line=YOURS)
    text = await team(story)
    assert "1 that nobody answered" in text
    assert "The program line 1 waiting" in text
    refused = await story.stage.client.get("/team", headers=cookie(story.who("alice")))
    assert refused.status_code == 403


async def test_the_inbox_counts_what_was_not_opened(story: Story) -> None:
    """Until alice opens it; whether somebody else did does not matter."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    path = f"/alerts/{(await story.alert())['id']}"
    who = cookie(story.who("alice"))
    await story.stage.client.get(path, headers=cookie(story.who("carla")))
    assert "1 not opened yet." in str(
        Words((await story.stage.client.get("/inbox", headers=who)).text)
    )
    await story.stage.client.get(path, headers=who)
    assert "not opened" not in (await story.stage.client.get("/inbox", headers=who)).text
