"""Stories of other answers: ask the next one, not my client, and the link in a message."""

import re

import httpx
import pytest
from tests.integration.notifier.stories.story import NAME, NEW, YOURS, Story

from shared.events import AlertAcknowledged, AlertDisowned, AlertEscalated

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def link_to(story: Story, who: str) -> str:
    """The path of the answering link in the last message that somebody got."""
    found = re.search(r"https?://[^/]+(/\S*?/?a/[\w-]+)", story.mail.to(who)[-1].text)
    assert found is not None
    return found[1]


async def press(story: Story, path: str, action: str) -> httpx.Response:
    return await story.stage.client.post(path, data={"action": action})


async def test_ask_the_next_person_now(story: Story) -> None:
    """Alice cannot: ben is asked at once; the reason is in the record."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.acts("alice", "escalation", {})
    await story.told(alice=NEW, ben=YOURS)
    (event,) = await story.published(AlertEscalated)
    assert (event.from_recipient, event.reason) == ("alice", "asked_for")
    await story.acknowledges("ben")
    await story.stands("escalated")


async def test_an_ended_alert_asks_nobody(story: Story) -> None:
    """Somebody has it: 409, and nobody is told."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.acknowledges("alice")
    await story.told(alice=NEW)
    path = f"/v1/alerts/{(await story.alert())['id']}/escalation"
    await story.call("POST", path, {}, sub="alice", expect=409)


async def test_not_my_client_goes_back_to_casework(story: Story) -> None:
    """Once per report; the clock goes on, because a mistaken denial must leave nobody alone."""
    await story.assigned("alice")
    contact = await story.reported("booking")
    await story.acts("alice", "not-mine", {"note": "never met them"})
    await story.acts("alice", "not-mine", {})
    await story.told(alice=NEW)
    (event,) = await story.published(AlertDisowned)
    assert (event.receipt, event.disowned_by) == (contact.receipt, "alice")
    await story.stands("waiting", "alice")
    await story.passes(minutes=31)
    await story.told(ben=YOURS)


async def test_a_link_answers_without_signing_in(story: Story) -> None:
    """Opening it does nothing; pressing the button does, for whom the message went to."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    path = await link_to(story, "alice")
    page = await story.stage.client.get(path)
    assert page.status_code == 200
    await story.stands("waiting")
    assert (await press(story, path, "acknowledge")).status_code == 303
    alert = await story.stands("acknowledged")
    assert alert["answered_by"] == "alice"
    assert (await story.why())[-1] == "Alice has this, by the link in a message."
    assert "Somebody has this." in (await story.stage.client.get(path)).text
    await press(story, path, "acknowledge")
    assert len(await story.published(AlertAcknowledged)) == 1


async def test_a_link_asks_the_next_person(story: Story) -> None:
    """Alice passes it on from the street; her link cannot pass on what ben has."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    path = await link_to(story, "alice")
    assert (await press(story, path, "ask_next")).status_code == 303
    await story.told(ben=YOURS)


async def test_a_link_s_page_says_nothing_of_whom_or_what(story: Story) -> None:
    """R-24: whoever holds the link sees a number and two buttons."""
    await story.assigned("alice")
    await story.reported("booking", facility="County A Main")
    await story.told(alice=NEW)
    page = (await story.stage.client.get(await link_to(story, "alice"))).text.casefold()
    told = (*NAME.split(), "county a", "booked", "booking", "custody", "alice", story.participant)
    assert [word for word in told if word.casefold() in page] == []


async def test_a_forged_or_old_link_leads_nowhere(story: Story) -> None:
    """One changed letter, another length, or five days later: 404 and nothing is done."""
    await story.assigned("alice")
    await story.reported("police-contact")
    await story.told(alice=NEW)
    path = await link_to(story, "alice")
    stem, token = path.rsplit("/", 1)
    other = "A" if token[20] != "A" else "B"
    for forged in (token[:20] + other + token[21:], token[:-1], token + "A", "x", "é" * 43):
        assert (await press(story, f"{stem}/{forged}", "acknowledge")).status_code == 404
    assert (await press(story, f"{stem}/%00", "acknowledge")).status_code == 422
    await story.passes(days=5)
    assert (await story.stage.client.get(path)).status_code == 404
    assert (await story.alert())["answered_by"] is None


async def test_the_link_of_one_alert_answers_no_other(story: Story) -> None:
    """Two incidents, two messages: each link has its own."""
    await story.assigned("alice")
    await story.reported("booking", booking_number="B-1")
    first = await link_to(story, "alice")
    await story.reported("booking", booking_number="B-2")
    await story.told(alice=(NEW, NEW))
    await press(story, first, "acknowledge")
    assert [a["state"] for a in await story.alerts()] == ["acknowledged", "waiting"]
