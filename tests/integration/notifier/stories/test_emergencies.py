"""Emergency access: the privacy officer hears of it at once, and nobody can see to it that not."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.notifier.stories.story import Story
from tests.integration.notifier.stories.test_other_ways import NO_SUCH_USER, mail_is_refused
from tests.integration.notifier.test_pages import Words, cookie
from tests.integration.receiver import answer

from shared.events import EmergencyAccessChanged, StaffReachabilityChanged

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOK = "Emergency access wants your look"


async def watches(story: Story, sub: str = "petra") -> None:
    await story.hire(sub, privacy_officer=True)


def access(story: Story, **values: Any) -> dict[str, Any]:
    """One entry among the partners."""
    entry = uuid4()
    about = {"subject": str(entry), "partner_id": entry, "org": "kcpao"}
    return {**about, "ends_at": story.now + timedelta(hours=2), **values}


async def becomes(story: Story, change: str, about: dict[str, Any]) -> None:
    await story.hear(story.event(EmergencyAccessChanged, change=change, **about))


async def inbox(story: Story, sub: str) -> str:
    page = await story.stage.client.get("/inbox", headers=cookie(story.who(sub)))
    assert page.status_code == 200
    return str(Words(page.text))


async def test_the_officer_hears_of_it_by_every_way_at_once(story: Story) -> None:
    """R-31: mail and SMS, nothing of what in them; it stands until it is over and reviewed."""
    await watches(story)
    await story.has_phone("petra")
    about = access(story)
    await becomes(story, "opened", about)
    assert "kcpao" not in str(story.house.notices(story.site))
    await story.told(petra=(LOOK, LOOK))
    assert "Emergency access · kcpao" in await inbox(story, "petra")
    assert "Open until" in await inbox(story, "petra")
    assert "kcpao" not in await inbox(story, "alice")
    await story.passes(hours=2)
    await becomes(story, "ended", about)
    await story.told(petra=LOOK)
    assert "Over since" in await inbox(story, "petra")
    await becomes(story, "reviewed", about)
    assert "Nothing to look at." in await inbox(story, "petra")


async def test_what_was_reviewed_early_stays_until_it_is_over(story: Story) -> None:
    """A look does not end it."""
    await watches(story)
    about = access(story)
    await becomes(story, "opened", about)
    await becomes(story, "reviewed", about)
    assert "Reviewed; it stays here until it is over." in await inbox(story, "petra")
    await becomes(story, "ended", about)
    assert "kcpao" not in await inbox(story, "petra")
    await story.told(petra=(LOOK, LOOK))


async def test_where_nobody_watches_the_program_line_hears_of_it(story: Story) -> None:
    """It is never told to nobody."""
    await becomes(story, "opened", access(story))
    await story.told(line=LOOK)


async def test_what_all_ways_refuse_reaches_the_program_line_once(story: Story) -> None:
    """Mail and SMS say no at the same time: one message to the line, not none and not two."""
    await watches(story)
    await story.has_phone("petra")
    mail_is_refused(story, "petra")
    story.house.phones.answer = answer(400)
    await becomes(story, "opened", access(story))
    await story.told(petra=LOOK, line=LOOK)


async def test_one_way_that_works_is_enough(story: Story) -> None:
    """The mail is refused, the SMS was on its way already: it does not come twice."""
    await watches(story)
    await story.has_phone("petra")
    mail_is_refused(story, "petra")
    await becomes(story, "opened", access(story))
    await story.told(petra=LOOK)


async def test_one_officer_of_two_is_enough(story: Story) -> None:
    """Paul cannot be reached, petra has it: the line hears nothing."""
    await watches(story)
    await watches(story, "paul")
    story.mail.refusals[f"paul@{story.site}.example"] = NO_SUCH_USER
    await becomes(story, "opened", access(story))
    await story.told(petra=LOOK)


async def test_ops_cannot_choose_who_hears_of_it(story: Story) -> None:
    """Neither by naming somebody, nor by taking petra's place or her address."""
    await watches(story)
    path, body = "/v1/staff/petra", {"site": story.site, "name": "Petra", "email": "o@ops.example"}
    for wanted in (body, body | {"privacy_officer": True}):
        refused = await story.call("PUT", path, wanted, sub="olga", expect=403)
        assert refused["type"].endswith("only-supervisors")
    more = body | {"privacy_officer": True}
    await story.call("PUT", "/v1/staff/olga", more, sub="olga", expect=403)
    await becomes(story, "opened", access(story))
    await story.told(petra=LOOK)


async def test_an_officer_is_handed_no_alert(story: Story) -> None:
    """Not by a colleague, not by a rotation, not by an assignment; and sees none in the inbox."""
    await watches(story)
    told = [e.reachable for e in await story.published(StaffReachabilityChanged) if _petra(e)]
    assert told == [False]
    await story.assigned()
    await story.reported()
    await story.told(alice="New item")
    alert = await story.alert()
    path = f"/v1/alerts/{alert['id']}"
    await story.call("POST", f"{path}/handover", {"to": "petra"}, sub="alice", expect=409)
    await story.call("GET", path, sub="petra", expect=403)
    page = await story.stage.client.get(
        f"/alerts/{alert['id']}", headers=cookie(story.who("alice"))
    )
    assert 'value="ben"' in page.text
    assert 'value="petra"' not in page.text
    assert "Zebulon" not in await inbox(story, "petra")


def _petra(event: Any) -> bool:
    return bool(event.subject == "petra")


async def test_who_becomes_one_is_assigned_to_nobody_any_more(story: Story) -> None:
    """Casework is told, and told again when that is over."""
    await story.hire("petra")
    await watches(story)
    await story.hire("petra")
    told = [e.reachable for e in await story.published(StaffReachabilityChanged) if _petra(e)]
    assert told == [True, False, True]
