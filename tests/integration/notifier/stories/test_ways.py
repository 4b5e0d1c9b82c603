"""By which way a message comes: SMS with its receipts and answers, own rules, bundles, outages."""

import hashlib
import hmac
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from tests.integration.notifier.phones import SMS_TOKEN
from tests.integration.notifier.stories.story import NEW, YOURS, Story
from tests.integration.receiver import answer

from shared.testing import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def callback(story: Story, url: str, form: dict[str, str], token: str = SMS_TOKEN) -> Any:
    """What the provider sends, signed as it signs."""
    signed = url + "".join(f"{k}{v}" for k, v in sorted(form.items()))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    headers = FORM | {"X-Twilio-Signature": b64encode(digest).decode()}
    return await story.stage.client.post(path, content=urlencode(form), headers=headers)


async def answers(story: Story, sub: str, text: str, **more: str) -> Any:
    """Somebody writes back from their phone."""
    phone = more.pop("phone", story.house.phones.number_of(story.site, sub))
    url = f"{story.stage.runtime.settings.public_url}/v1/sms/replies"
    got = await callback(story, url, {"From": phone, "Body": text}, **more)
    await story.house.settled()
    return got


async def receipt(story: Story, state: str) -> None:
    """The provider says what became of the last SMS."""
    url = story.house.phones.texts[-1].callback
    got = await callback(story, url, {"MessageSid": "SM1", "MessageStatus": state})
    assert got.status_code == 204, got.text
    await story.passes(seconds=5)


async def by_sms_only(story: Story, sub: str = "alice", **rule: Any) -> None:
    """Custody by SMS at once, and by nothing else unless the rule says."""
    ways = await story.methods(sub)
    wish = {"alert_class": "custody", "ways": [{"method": ways["sms"]}]} | rule
    body = {"site": story.site, "rules": [wish]}
    await story.call("PUT", "/v1/me/rules", body, sub=sub)


async def test_custody_comes_by_every_way(story: Story) -> None:
    """SMS and mail at once, with the same number and nothing else in them."""
    await story.has_phone("alice")
    await story.assigned()
    await story.reported()
    await story.told(alice=(NEW, NEW))


async def test_what_is_not_urgent_comes_by_the_preferred_way(story: Story) -> None:
    """A warrant by mail only, which alice prefers."""
    await story.has_phone("alice")
    await story.assigned()
    await story.reported("warrant")
    await story.told(alice=NEW)


async def test_an_answer_by_sms_is_an_answer(story: Story) -> None:
    """ACK and the number: acknowledged by alice, nobody else is asked."""
    await story.has_phone("alice")
    await story.assigned()
    await story.reported()
    await story.told(alice=(NEW, NEW))
    number = (await story.alert())["number"]
    got = await answers(story, "alice", f"ack {number}")
    assert f"Item {number} is yours." in got.text
    assert (await story.stands("acknowledged"))["answered_by"] == "alice"
    await story.passes(hours=3)
    await story.nobody_is_told()


async def test_an_answer_from_elsewhere_changes_nothing(story: Story) -> None:
    """Another's number, an unknown number, a wrong number of an item, a forged signature."""
    await story.has_phone("alice")
    await story.has_phone("ben")
    await story.assigned()
    await story.reported()
    await story.told(alice=(NEW, NEW))
    number = (await story.alert())["number"]
    assert "No item" in (await answers(story, "ben", f"ACK {number}")).text
    assert "No item" in (await answers(story, "alice", "ACK 999999999999999")).text
    assert "number of an item" in (await answers(story, "alice", "who is this?")).text
    nobody = await answers(story, "alice", f"ACK {number}", phone="+19999999999")
    assert nobody.text == "<Response></Response>"
    forged = await answers(story, "alice", f"ACK {number}", token="guess")
    assert forged.status_code == 403
    await story.stands("waiting", "alice")


async def test_stop_is_heard(story: Story) -> None:
    """The number gets nothing more, mail goes on; START brings it back."""
    await story.has_phone("alice")
    await story.assigned()
    await answers(story, "alice", "STOP")
    await story.reported()
    await story.told(alice=NEW)
    await answers(story, "alice", "START")
    await story.reported("new-charge")
    await story.acknowledges("alice")
    await story.reported("release")
    await story.told(alice=("omething new", NEW, "omething new", NEW))


async def test_a_provider_that_lies_is_found_out(story: Story) -> None:
    """It took the SMS and then says that it was not delivered: mail, and nobody else."""
    await story.has_phone("alice")
    await by_sms_only(story)
    await story.assigned()
    await story.reported()
    await story.told(alice=NEW)
    await receipt(story, "undelivered")
    await story.told(alice=NEW)
    why = await story.why()
    assert (
        "The message to Alice was not delivered: the SMS service could not bring it to the phone."
        in why
    )


async def test_late_receipts_change_nothing(story: Story) -> None:
    """Delivered, and then "sent" and "undelivered" from before: it stays delivered."""
    await story.has_phone("alice")
    await by_sms_only(story)
    await story.assigned()
    await story.reported()
    await story.told(alice=NEW)
    for state in ("delivered", "sent", "undelivered", "nonsense"):
        await receipt(story, state)
    await story.nobody_is_told()
    (row,) = await story.stage.rows(
        "SELECT state, provider_state FROM delivery WHERE site = $1 AND purpose = 'raised'",
        story.site,
    )
    assert (row["state"], row["provider_state"]) == ("sent", "delivered")


async def test_a_dead_sms_provider_delays_no_mail(story: Story) -> None:
    """The SMS hangs for as long as it likes: the mail is there, and its answer ends it all."""
    await story.has_phone("alice")
    await story.assigned()
    story.house.phones.answer = answer(503)
    await story.stage.deliver_and_handle(story.contact())

    async def mailed() -> bool:
        return any(n.channel == "email" for n in story.house.notices(story.site))

    await eventually(mailed)
    await story.acknowledges("alice")
    story.house.phones.reset()
    await story.passes(hours=1)
    assert [n.channel for n in story.seen() if NEW in n.title].count("email") == 1
    rows = await story.stage.rows("SELECT state FROM delivery WHERE site = $1", story.site)
    assert {row["state"] for row in rows} == {"sent", "cancelled"}


async def test_a_provider_that_drops_the_line_is_asked_once_more(story: Story) -> None:
    """It took the SMS and broke off, twice: two SMS with one number, then mail, never a third."""
    await story.has_phone("alice")
    await by_sms_only(story)
    await story.assigned()
    story.house.phones.answer = None
    await story.hear(story.contact())
    await story.passes(minutes=5)
    await story.told(alice=(NEW, NEW, NEW))


async def test_a_number_that_is_gone_is_not_used_again(story: Story) -> None:
    """The provider says that it is a landline: mail at once, and only mail from then on."""
    await story.has_phone("alice")
    await by_sms_only(story)
    await story.assigned()
    story.house.phones.answer = answer(400, {"code": 21614})
    await story.reported()
    await story.told(alice=(NEW, NEW))
    story.house.phones.reset()
    await story.acknowledges("alice")
    await story.reported("release")
    await story.told(alice=NEW)


async def test_a_rule_of_one_s_own_sets_the_order(story: Story) -> None:
    """SMS at once, mail after five minutes."""
    await story.has_phone("alice")
    ways = await story.methods("alice")
    both = [{"method": ways["sms"]}, {"method": ways["email"], "after_minutes": 5}]
    await by_sms_only(story, ways=both)
    await story.assigned()
    await story.reported()
    await story.told(alice=NEW)
    await story.passes(minutes=4)
    await story.nobody_is_told()
    await story.passes(minutes=2)
    await story.told(alice=NEW)


async def test_an_answer_makes_the_later_way_unnecessary(story: Story) -> None:
    """Answered after the SMS: no mail five minutes later."""
    await story.has_phone("alice")
    ways = await story.methods("alice")
    both = [{"method": ways["sms"]}, {"method": ways["email"], "after_minutes": 5}]
    await by_sms_only(story, ways=both)
    await story.assigned()
    await story.reported()
    await story.told(alice=NEW)
    await story.acknowledges("alice")
    await story.passes(hours=1)
    await story.nobody_is_told()


async def test_a_rule_can_call_the_backup_sooner(story: Story) -> None:
    """Alice wants ben asked after ten minutes, and not only after the site's thirty."""
    ways = await story.methods("alice")
    rule = {"ways": [{"method": ways["email"]}], "next_person_after": 10}
    body = {"site": story.site, "rules": [rule | {"alert_class": "custody"}]}
    await story.call("PUT", "/v1/me/rules", body, sub="alice")
    await story.assigned()
    await story.reported()
    await story.told(alice=NEW)
    await story.passes(minutes=10, seconds=1)
    await story.told(ben=YOURS)
    await story.passes(minutes=29)
    await story.nobody_is_told()


async def test_rules_have_their_limits(story: Story) -> None:
    """One way at once; one's own methods; one rule for each class."""
    ways = await story.methods("alice")
    late = {"alert_class": "legal", "ways": [{"method": ways["email"], "after_minutes": 5}]}
    body: dict[str, Any] = {"site": story.site, "rules": [late]}
    await story.call("PUT", "/v1/me/rules", body, sub="alice", expect=422)
    bens = await story.methods("ben")
    theirs = {"alert_class": "legal", "ways": [{"method": bens["email"]}]}
    body["rules"] = [theirs]
    await story.call("PUT", "/v1/me/rules", body, sub="alice", expect=404)
    own = {"alert_class": "legal", "ways": [{"method": ways["email"]}]}
    body["rules"] = [own, own]
    await story.call("PUT", "/v1/me/rules", body, sub="alice", expect=422)
    body["rules"] = [own]
    kept = await story.call("PUT", "/v1/me/rules", body, sub="alice")
    assert kept == await story.call("GET", "/v1/me/rules", sub="alice")


async def test_who_lost_every_way_is_passed_over(story: Story) -> None:
    """Alice's only method was given up: ben is asked at once, and the record says why."""
    await story.has_phone("alice", only=True)
    await answers(story, "alice", "STOP")
    await story.assigned()
    await story.reported()
    await story.told(ben=NEW)
    assert (await story.why())[0] == (
        "Alice was passed over as the case manager: no contact method is known."
    )
