"""What does not come by one way comes by the next, before anybody else is asked."""

import pytest
from tests.integration.notifier.stories.story import NEW, YOURS, Story
from tests.integration.notifier.stories.test_leaving import WITHDRAWN, was_not_them
from tests.integration.notifier.stories.test_quiet_hours import NIGHT
from tests.integration.notifier.stories.test_ways import receipt
from tests.integration.receiver import answer

from shared.events import FeedSilent

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_SUCH_USER = "550 no such user"
INSTEAD_BY_SMS = "The message to Alice goes by SMS instead."


def mail_is_refused(story: Story, sub: str = "alice") -> None:
    story.mail.refusals[f"{sub}@{story.site}.example"] = NO_SUCH_USER


async def test_what_mail_refuses_comes_by_sms(story: Story) -> None:
    """A warrant goes by mail only; its server says no: one SMS to alice, and ben hears nothing."""
    await story.has_phone("alice")
    await story.assigned()
    mail_is_refused(story)
    await story.reported("warrant")
    (text,) = [notice for notice in story.house.notices(story.site) if NEW in notice.title]
    assert (text.who, text.channel) == ("alice", "sms")
    await story.told(alice=NEW)
    assert (await story.why())[-3:] == [
        "The message to Alice was not delivered: the mail server answered 550.",
        INSTEAD_BY_SMS,
        "The message to Alice was handed over by SMS.",
    ]


async def test_a_field_contact_ends_by_the_next_way_too(story: Story) -> None:
    """It ends as told, once, when the SMS was handed over."""
    await story.has_phone("alice")
    await story.assigned()
    mail_is_refused(story)
    await story.reported("police-contact")
    await story.told(alice=NEW)
    await story.stands("told", "alice")


async def test_a_way_for_later_comes_at_once(story: Story) -> None:
    """Mail now and SMS after twenty minutes, by her own rule: the mail is refused, so now."""
    await story.has_phone("alice")
    ways = await story.methods("alice")
    order = [{"method": ways["email"]}, {"method": ways["sms"], "after_minutes": 20}]
    body = {"site": story.site, "rules": [{"alert_class": "custody", "ways": order}]}
    await story.call("PUT", "/v1/me/rules", body, sub="alice")
    await story.assigned()
    mail_is_refused(story)
    await story.reported("booking")
    await story.told(alice=NEW)
    assert INSTEAD_BY_SMS in await story.why()
    await story.passes(minutes=29)
    await story.nobody_is_told()


async def test_when_every_way_is_refused_the_next_person_is_asked(story: Story) -> None:
    """Mail and then SMS: ben at once, alice and carla hear nothing, and each step can be read."""
    await story.has_phone("alice")
    await story.assigned()
    mail_is_refused(story)
    story.house.phones.answer = answer(400)
    await story.reported("warrant")
    await story.told(alice=NEW, ben=YOURS)
    why = await story.why()
    began = why.index("The message to Alice was not delivered: the mail server answered 550.")
    assert why[began + 1 : began + 4] == [
        INSTEAD_BY_SMS,
        "The message to Alice was not delivered: the SMS service answered 400.",
        "Ben was asked, as the backup, because the message could not be delivered.",
    ]


async def test_what_was_withdrawn_is_told_by_another_way(story: Story) -> None:
    """Alice had it by mail; her address is gone by now: an SMS tells her, and nobody else."""
    await story.has_phone("alice")
    await story.assigned()
    contact = await story.reported("warrant")
    await story.told(alice=NEW)
    mail_is_refused(story)
    await was_not_them(story, contact)
    await story.told(alice=WITHDRAWN)
    assert INSTEAD_BY_SMS in await story.why()


async def test_what_is_stuck_is_told_by_another_way(story: Story) -> None:
    """Nobody has it, and the supervisor's mail is refused: she hears of that by SMS."""
    await story.has_phone("carla")
    await story.assigned()
    await story.reported("warrant")
    for sub in ("alice", "ben", "carla", "carla"):
        await story.acts(sub, "escalation", {})
    await story.told(alice=NEW, ben=YOURS, carla=YOURS, line=YOURS)
    await story.stands("unanswered")
    mail_is_refused(story, "carla")
    await story.passes(minutes=3)
    await story.told(carla="Nobody has item")


async def test_another_way_wakes_nobody_at_night(story: Story) -> None:
    """Refused after quiet hours began, and can wait: the SMS comes at seven."""
    await story.has_phone("alice")
    await story.policy(**NIGHT)
    await story.assigned()
    await story.passes(hours=10, minutes=59)
    await story.mail.stop()
    await story.reported("police-contact")
    await story.passes(minutes=2)
    mail_is_refused(story)
    await story.mail.start()
    await story.passes(hours=9)
    await story.nobody_is_told()
    await story.passes(hours=1)
    await story.told(alice=NEW)


QUIET_SOURCE = "A source has gone quiet"


async def falls_silent(story: Story, source: str = "jms-county-a") -> None:
    await story.hear(story.event(FeedSilent, subject=source, source_system=source))


async def test_a_notice_about_no_alert_comes_by_the_next_way_too(story: Story) -> None:
    """A silent source: the supervisor's mail is refused, so one SMS, and no line is told."""
    await story.has_phone("carla")
    mail_is_refused(story, "carla")
    await falls_silent(story)
    await story.told(carla=QUIET_SOURCE)
    await story.passes(hours=1)
    await story.nobody_is_told()


async def test_a_notice_that_reaches_nobody_goes_to_the_program_line(story: Story) -> None:
    """Mail and SMS are refused; and when the line's own address is refused that is the end."""
    await story.has_phone("carla")
    mail_is_refused(story, "carla")
    story.house.phones.answer = answer(400)
    await falls_silent(story)
    await story.told(carla=QUIET_SOURCE, line=QUIET_SOURCE)
    mail_is_refused(story, "line")
    await falls_silent(story, "rms-b")
    await story.told(carla=QUIET_SOURCE)


async def test_a_notice_that_the_phone_never_got_is_not_lost(story: Story) -> None:
    """Taken by the SMS service, and then not brought to her only phone: the line has it."""
    await story.has_phone("carla", only=True)
    await falls_silent(story)
    await story.told(carla=QUIET_SOURCE)
    await receipt(story, "undelivered")
    await story.told(line=QUIET_SOURCE)


async def test_a_code_for_one_way_goes_no_other(story: Story) -> None:
    """It would prove nothing: the phone refuses, and no mail comes with the code."""
    story.house.phones.answer = answer(400)
    number = story.house.phones.number_of(story.site, "alice")
    mail = {"channel": "email", "address": f"alice@{story.site}.example"}
    body = {"site": story.site, "methods": [mail, {"channel": "sms", "address": number}]}
    await story.call("PUT", "/v1/me/contact-methods", body, sub="alice")
    await story.house.settled()
    assert [notice.channel for notice in story.seen()] == ["sms"]
