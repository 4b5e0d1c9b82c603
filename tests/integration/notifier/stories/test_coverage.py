"""Who is asked while somebody is away or on call, also in the nights when the clock changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.notifier.stories.house import BEGINNING
from tests.integration.notifier.stories.story import NEW, NOBODY, YOURS, Story

from shared.events import CoverageGapFound

pytestmark = pytest.mark.asyncio(loop_scope="module")

GAP = "gap in coverage"
DAY = timedelta(days=1)


async def away(story: Story, sub: str, *, backup: str | None = None, **more: Any) -> dict[str, Any]:
    """Somebody is away, from now for a day unless said otherwise."""
    span = {"starts_at": story.now, "ends_at": story.now + DAY} | more
    body = {"site": story.site, "sub": sub, "backup": backup}
    body |= {name: at.isoformat() for name, at in span.items()}
    path = "/v1/coverage/absences"
    found: dict[str, Any] = await story.call("POST", path, body, sub="carla", expect=201)
    return found


async def on_call(story: Story, *members: str, **more: Any) -> None:
    """Members take turns by the day, changing over at nine; the first of them today."""
    body = {"site": story.site, "members": members, "starts_on": "2026-03-03", "days": 1} | more
    await story.call("PUT", "/v1/coverage/rotations/duty", body, sub="carla")


async def until(story: Story, at: datetime) -> None:
    await story.house.pass_time(at - story.now)


async def test_who_is_away_is_not_asked(story: Story) -> None:
    """Alice is away: ben is asked at once, and the record says why."""
    await story.assigned()
    await away(story, "alice")
    await story.reported()
    await story.told(ben=NEW)
    why = await story.why()
    assert why[0] == "Alice was passed over as the case manager: away."


async def test_an_absence_has_a_backup_of_its_own(story: Story) -> None:
    """Dana stands in this time, and ben, the usual one, hears nothing."""
    await story.hire("dana")
    await story.assigned()
    await away(story, "alice", backup="dana")
    await story.reported()
    await story.told(dana=NEW)


async def test_an_absence_ends(story: Story) -> None:
    """The day after alice is asked again; and so she is when she is back early."""
    await story.assigned()
    absence = await away(story, "alice")
    await story.passes(hours=25)
    await story.reported()
    await story.told(alice=NEW)
    absence = await away(story, "alice")
    path = f"/v1/coverage/absences/{absence['id']}/cancellation"
    await story.call("POST", path, {}, sub="alice")
    await story.acknowledges("alice")
    await story.reported("new-charge")
    await story.told(alice=NEW)


async def test_on_call_comes_after_the_backup_and_before_the_supervisor(story: Story) -> None:
    """Alice, ben, whoever is on call, carla, the program line; and never anybody else."""
    await story.hire("dana")
    await on_call(story, "dana")
    await story.assigned()
    await story.reported()
    await story.told(alice=NEW)
    for who in ("ben", "dana", "carla", "line"):
        await story.passes(minutes=31)
        await story.told(**{who: YOURS})
    await story.passes(minutes=31)
    await story.told(carla=NOBODY)
    assert "Dana was asked, as the one on call, because nobody answered in time." in (
        await story.why()
    )


async def test_case_manager_and_backup_away_means_on_call(story: Story) -> None:
    """Both are passed over with the reason, and dana is asked at once."""
    await story.hire("dana")
    await on_call(story, "dana")
    await story.assigned()
    await away(story, "alice")
    await away(story, "ben")
    await story.reported()
    await story.told(dana=NEW)
    assert (await story.why())[:2] == [
        "Alice was passed over as the case manager: away.",
        "Ben was passed over as the backup: away.",
    ]


async def test_the_next_turn_begins_at_nine(story: Story) -> None:
    """At 08:59 it is dana's duty, at 09:00 erin's."""
    await story.hire("dana")
    await story.hire("erin")
    await on_call(story, "dana", "erin")
    await story.assigned()
    await away(story, "alice", ends_at=story.now + 3 * DAY)
    await away(story, "ben", ends_at=story.now + 3 * DAY)
    await until(story, datetime(2026, 3, 4, 16, 59, tzinfo=UTC))
    await story.reported()
    await story.told(dana=NEW)
    await story.passes(minutes=1)
    await story.acknowledges("dana")
    await story.reported("new-charge")
    await story.told(erin=NEW)


async def test_a_turn_over_the_night_of_spring_forward(story: Story) -> None:
    """On 8 March the clock skips an hour: the duty still changes at nine on the wall, 16:00 UTC."""
    await story.hire("dana")
    await story.hire("erin")
    await on_call(story, "dana", "erin", starts_on="2026-03-07")
    await story.assigned()
    await away(story, "alice", ends_at=story.now + 9 * DAY)
    await away(story, "ben", ends_at=story.now + 9 * DAY)
    await story.told(carla=GAP)
    await until(story, datetime(2026, 3, 8, 15, 59, tzinfo=UTC))
    await story.reported()
    await story.told(dana=NEW)
    await story.passes(minutes=1)
    await story.acknowledges("dana")
    await story.reported("new-charge")
    await story.told(erin=NEW)


async def test_a_turn_over_the_night_of_fall_back(story: Story) -> None:
    """On 1 November an hour comes twice: nine on the wall is 17:00 UTC."""
    story.stage.clock.advance(datetime(2026, 10, 31, 18, tzinfo=UTC) - BEGINNING)
    await story.hire("dana")
    await story.hire("erin")
    await on_call(story, "dana", "erin", starts_on="2026-10-31")
    await story.assigned()
    await away(story, "alice", ends_at=story.now + 3 * DAY)
    await away(story, "ben", ends_at=story.now + 3 * DAY)
    await until(story, datetime(2026, 11, 1, 16, 59, tzinfo=UTC))
    await story.reported()
    await story.told(dana=NEW)
    await story.passes(minutes=1)
    await story.acknowledges("dana")
    await story.reported("new-charge")
    await story.told(erin=NEW)


async def test_a_swap_holds_for_its_time(story: Story) -> None:
    """Erin takes dana's duty for an hour."""
    await story.hire("dana")
    await story.hire("erin")
    await on_call(story, "dana", starts_on="2026-03-01")
    body = {
        "site": story.site,
        "rotation": "duty",
        "sub": "erin",
        "starts_at": story.now.isoformat(),
        "ends_at": (story.now + timedelta(hours=1)).isoformat(),
    }
    await story.call("POST", "/v1/coverage/swaps", body, sub="carla", expect=201)
    await story.assigned()
    await away(story, "alice")
    await away(story, "ben")
    await story.reported()
    await story.told(erin=NEW)
    await story.acknowledges("erin")
    await story.passes(hours=1)
    await story.reported("new-charge")
    await story.told(dana=NEW)


async def test_who_is_on_call_and_away_is_stood_in_for(story: Story) -> None:
    """Dana's duty falls to erin, who stands in for her."""
    await story.hire("dana")
    await story.hire("erin")
    await on_call(story, "dana", starts_on="2026-03-01")
    await away(story, "dana", backup="erin")
    await story.assigned()
    await away(story, "alice")
    await away(story, "ben")
    await story.reported()
    await story.told(erin=NEW)


async def test_nobody_on_call_leads_to_the_supervisor(story: Story) -> None:
    """A gap is recorded as one, and the alert goes on."""
    await story.hire("dana")
    await on_call(story, "dana", starts_on="2026-03-01")
    await away(story, "dana")
    await story.told(carla=GAP)
    await story.assigned()
    await away(story, "alice")
    await away(story, "ben")
    await story.reported()
    await story.told(carla=(GAP, NEW))
    assert "Nobody was passed over as the one on call: nobody is named." in await story.why()


async def test_a_gap_is_told_once_and_ahead(story: Story) -> None:
    """Alice will be away in three weeks without anybody: told two weeks before, once."""
    await story.hire("alice", backup=None)
    await story.assigned()
    start = story.now + 21 * DAY
    absence = await away(story, "alice", starts_at=start, ends_at=start + DAY)
    await story.nobody_is_told()
    await story.passes(days=6)
    await story.nobody_is_told()
    await story.passes(days=2)
    await story.told(carla=GAP)
    await story.passes(days=2)
    await story.nobody_is_told()
    (found,) = await story.published(CoverageGapFound)
    assert (found.subject, found.gap_from) == ("alice", start)
    seen = await story.call("GET", f"/v1/coverage?site={story.site}&days=30", sub="carla")
    assert [gap["sub"] for gap in seen["gaps"]] == ["alice"]
    path = f"/v1/coverage/absences/{absence['id']}/cancellation"
    await story.call("POST", path, {}, sub="carla")
    seen = await story.call("GET", f"/v1/coverage?site={story.site}", sub="carla")
    assert seen["gaps"] == []


async def test_a_gap_opens_when_the_backup_cannot_be_reached_any_more(story: Story) -> None:
    """Ben stands in for alice; when his last address is gone, carla hears of the gap."""
    await story.assigned()
    await away(story, "alice", backup="ben", starts_at=story.now + DAY, ends_at=story.now + 2 * DAY)
    await story.nobody_is_told()
    async with story.stage.transaction() as tx:
        from notifier.contacts.handlers import stop_using
        from notifier.contacts.repository import list_methods

        (method,) = await list_methods(tx, [story.site], "ben")
        await stop_using(story.site, "ben", method.id, tx)
    await story.passes(seconds=1)
    await story.told(carla=GAP)


async def test_coverage_has_its_rules(story: Story) -> None:
    """A case manager enters only their own absence; nobody is away twice; versions are kept."""
    body = {
        "site": story.site,
        "sub": "ben",
        "starts_at": story.now.isoformat(),
        "ends_at": (story.now + DAY).isoformat(),
    }
    path = "/v1/coverage/absences"
    await story.call("POST", path, body, sub="alice", expect=403)
    await story.call("POST", path, body, sub="ben", expect=201)
    await story.call("POST", path, body, sub="ben", expect=409)
    await story.call("POST", path, body | {"backup": "ben"}, sub="ben", expect=422)
    await story.call("POST", path, body | {"ends_at": body["starts_at"]}, sub="ben", expect=422)
    far = "9999-12-31T23:59:59-08:00"
    await story.call("POST", path, body | {"starts_at": far, "ends_at": far}, sub="ben", expect=422)
    await story.call("POST", path, body | {"sub": "zoe"}, sub="carla", expect=404)
    await on_call(story, "alice")
    rotation = {"site": story.site, "members": ["ben"], "starts_on": "2026-03-03"}
    stale = story.who("carla") | {"If-Match": '"7"'}
    answer = await story.stage.client.put(
        "/v1/coverage/rotations/duty", json=rotation, headers=stale
    )
    assert answer.status_code == 412
    await story.call("PUT", "/v1/coverage/rotations/duty", rotation, sub="alice", expect=403)


async def test_hand_over_notes_are_sealed_and_shown(story: Story) -> None:
    """For colleagues of the site; the database has nothing in the open."""
    text = "Sam's hearing moved to Thursday"
    body = {"site": story.site, "text": text}
    await story.call("POST", "/v1/coverage/notes", body, sub="alice", expect=201)
    seen = await story.call("GET", f"/v1/coverage?site={story.site}", sub="ben")
    assert [(n["written_by"], n["text"]) for n in seen["notes"]] == [("alice", text)]
    rows = await story.stage.rows("SELECT * FROM handover_note WHERE site = $1", story.site)
    assert len(rows) == 1
    assert "Thursday" not in str(rows)


async def test_one_s_own_duty_is_a_calendar(story: Story) -> None:
    """By a private link that can be renewed; it has ben's days and nobody else's."""
    await on_call(story, "ben", "alice", starts_on="2026-03-03")
    body = {"site": story.site}
    first = (await story.call("POST", "/v1/me/duty-link", body, sub="ben", expect=201))["link"]
    path = "/v1/me/duty.ics"
    answer = await story.stage.client.get(path, params={"link": first})
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert "DTSTART:20260303T170000Z" in answer.text
    assert "DTSTART:20260304T170000Z" not in answer.text
    assert story.participant not in answer.text
    second = (await story.call("POST", "/v1/me/duty-link", body, sub="ben", expect=201))["link"]
    assert (await story.stage.client.get(path, params={"link": first})).status_code == 404
    assert (await story.stage.client.get(path, params={"link": second})).status_code == 200
    assert (await story.stage.client.get(path, params={"link": "\x00"})).status_code == 422
