"""The coverage page and one's own page, by plain forms."""

from typing import Any

import httpx
import pytest
from tests.integration.notifier.stories.story import Story

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def page(story: Story, path: str, sub: str) -> str:
    answer = await story.stage.client.get(path, headers=story.who(sub))
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(story: Story, path: str, who: str, **form: Any) -> httpx.Response:
    return await story.stage.client.post(path, data=form, headers=story.who(who))


async def test_a_supervisor_plans_duty_and_sees_the_gap(story: Story) -> None:
    """Rotation, swap, absence and note by form; the gap is named, and gone when it is filled."""
    form = {"name": "duty", "starts_on": "2026-03-03", "changes_at": "09:00", "days_each": "1"}
    done = await send(story, "/coverage/rotations", "carla", members=["ben", ""], **form)
    assert done.status_code == 303, done.text
    assert "On call (duty): <strong>Ben</strong>" in await page(story, "/coverage", "alice")
    span = {"starts_at": "2026-03-04T08:00", "ends_at": "2026-03-05T18:00"}
    assert (await send(story, "/coverage/absences", "ben", sub="ben", **span)).status_code == 303
    seen = await page(story, "/coverage", "carla")
    assert "Nobody covers" in seen
    assert "nobody</span> for Ben" in seen
    await story.house.settled()
    assert [n.who for n in story.seen()] == ["carla"]
    swap = {"rotation": "duty", "sub": "alice", **span}
    assert (await send(story, "/coverage/swaps", "carla", **swap)).status_code == 303
    assert "Nobody covers" not in await page(story, "/coverage", "carla")
    assert (await send(story, "/coverage/notes", "alice", text="Keys: top drawer")).is_redirect
    assert "Keys: top drawer" in await page(story, "/coverage", "ben")


async def test_forms_refuse_what_the_api_refuses(story: Story) -> None:
    """An absence that ends before it begins, a colleague's, a rotation without anybody."""
    span = {"starts_at": "2026-03-05T08:00", "ends_at": "2026-03-04T18:00"}
    assert (await send(story, "/coverage/absences", "ben", sub="ben", **span)).status_code == 422
    span["ends_at"] = "2026-03-06T18:00"
    assert (await send(story, "/coverage/absences", "ben", sub="alice", **span)).status_code == 403
    form = {"name": "x\x00", "starts_on": "2026-03-03", "changes_at": "09:00", "days_each": "1"}
    for members in (["ben"], [""]):
        got = await send(story, "/coverage/rotations", "carla", members=members, **form)
        assert got.status_code == 422
    own = form | {"name": "duty"}
    got = await send(story, "/coverage/rotations", "alice", members=["ben"], **own)
    assert got.status_code == 403
    assert "New rotation" not in await page(story, "/coverage", "alice")


async def test_a_private_calendar_address_is_shown_once(story: Story) -> None:
    """On the page that answers; the next look has it no more."""
    got = await send(story, "/coverage/link", "ben")
    assert "/v1/me/duty.ics?link=" in got.text
    assert "duty.ics?link=" not in await page(story, "/coverage", "ben")


async def test_one_s_own_methods_and_rules_by_form(story: Story) -> None:
    """Add a phone, prove it, prefer it, make a rule of it; a wrong code is said on the page."""
    number = story.house.phones.number_of(story.site, "alice")
    assert (await send(story, "/me/methods", "alice", channel="sms", address=number)).is_redirect
    await story.house.settled()
    code = story.seen()[0].title[:6]
    sms = (await story.methods("alice"))["sms"]
    wrong = await send(story, "/me/verify", "alice", method=sms, code="12 34")
    assert wrong.status_code == 422
    assert "not the code" in wrong.text
    assert (await send(story, "/me/verify", "alice", method=sms, code=code)).is_redirect
    assert (await send(story, f"/me/methods/{sms}/first", "alice")).is_redirect
    assert next(iter(await story.methods("alice"))) == "sms"
    rule = {f"way-{sms}": "0", "next": "10"}
    assert (await send(story, "/me/rules/custody", "alice", **rule)).is_redirect
    assert "my own rule" in await page(story, "/me", "alice")
    late = {f"way-{sms}": "5", "next": ""}
    assert (await send(story, "/me/rules/custody", "alice", **late)).status_code == 422
    assert (await send(story, "/me/rules/custody", "alice", next="")).is_redirect
    assert "my own rule" not in await page(story, "/me", "alice")
    assert (await send(story, f"/me/methods/{sms}/nonsense", "alice")).status_code == 422
    assert (await send(story, f"/me/methods/{sms}/removal", "alice")).is_redirect
    assert "sms" not in await story.methods("alice")
    assert (
        await send(story, "/me/methods", "alice", channel="sms", address="1")
    ).status_code == 422
