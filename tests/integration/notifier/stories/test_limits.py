"""Many messages to one person: the next come as one, none is dropped, and nothing urgent waits."""

from typing import Any

import pytest
from tests.integration.notifier.stories.story import NEW, NEWS, YOURS, Story
from tests.integration.notifier.stories.test_quiet_hours import NIGHT

from shared.events import ChargePart

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def a_storm(story: Story, count: int, cause: str = "warrant", **policy: Any) -> None:
    """So many incidents at once, where two messages in ten minutes are enough for anybody."""
    await story.policy(messages_at_most=2, **policy)
    await story.assigned()
    await story.hear(*(story.contact(cause, incident_number=f"I-{n + 1}") for n in range(count)))


async def test_a_storm_comes_as_one_message(story: Story) -> None:
    """Twelve warrants: two messages, then one that names the other ten; none is lost."""
    await a_storm(story, 12)
    await story.told(alice=(NEW, NEW))
    await story.passes(minutes=6)
    await story.told(alice="10 items wait for you")
    named = story.mail.to("alice")[-1].text
    numbers = [str(alert["number"]) for alert in await story.alerts()]
    alone = [mail.subject.removeprefix("New item ") for mail in story.mail.to("alice")[:2]]
    assert sorted([*alone, *(n for n in numbers if n in named)]) == numbers
    await story.passes(hours=1)
    await story.nobody_is_told()
    held = next(n for n in numbers if n in named)
    assert (await story.why(int(held)))[-2:] == [
        "Many messages to Alice at once: this one comes later, with others.",
        "The message to Alice was handed over by e-mail.",
    ]


@pytest.mark.parametrize("cause", ["booking", "overdose-response"])
async def test_custody_and_safety_never_wait(story: Story, cause: str) -> None:
    """In the middle of a storm: at once, and the rest as one."""
    await a_storm(story, 4)
    await story.told(alice=(NEW, NEW))
    await story.reported(cause, incident_number="C-9")
    await story.told(alice=NEW)
    await story.passes(minutes=6)
    await story.told(alice="2 items wait for you")


async def test_a_release_does_not_wait_but_another_charge_does(story: Story) -> None:
    """Of one booking: that custody changed comes at once, one more charge with the others."""
    await a_storm(story, 2, "booking")
    await story.told(alice=(NEW, NEW))
    theft = ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft 3")
    await story.reported("booking", incident_number="I-1", charges=(theft,))
    await story.nobody_is_told()
    await story.reported("release", incident_number="I-2")
    await story.told(alice=NEWS)
    await story.passes(minutes=6)
    await story.told(alice=NEWS)


async def test_what_was_answered_meanwhile_is_left_out(story: Story) -> None:
    """Two warrants more are held, one of them is answered: one message, of the other."""
    await a_storm(story, 2)
    await story.told(alice=(NEW, NEW))
    await story.reported("warrant", incident_number="third")
    await story.reported("warrant", incident_number="fourth")
    await story.acknowledges("alice")
    await story.passes(minutes=6)
    await story.told(alice=NEW)


async def test_one_person_s_storm_holds_up_nobody_else(story: Story) -> None:
    """Alice has had enough; what she hands over to ben comes to him at once."""
    await a_storm(story, 2)
    await story.reported("warrant", incident_number="third")
    await story.told(alice=(NEW, NEW))
    await story.hands_over("alice", "ben")
    await story.told(ben=YOURS)
    await story.passes(minutes=6)
    await story.nobody_is_told()


async def test_a_digest_is_one_message_however_much_it_tells(story: Story) -> None:
    """Five field contacts at noon: one message, which no limit breaks up."""
    await a_storm(story, 5, "police-contact", digests=["12:00"])
    await story.passes(hours=2, seconds=1)
    await story.told(alice="5 items wait for you")


async def test_what_is_held_in_the_evening_comes_in_the_morning(story: Story) -> None:
    """Two minutes before quiet hours: the second field contact waits for seven, not for minutes."""
    await story.policy(messages_at_most=1, **NIGHT)
    await story.assigned()
    await story.passes(hours=10, minutes=58)
    for number in range(2):
        await story.reported("police-contact", incident_number=f"I-{number + 1}")
    await story.told(alice=NEW)
    await story.passes(hours=9, minutes=58)
    await story.nobody_is_told()
    await story.passes(minutes=5)
    await story.told(alice=NEW)


async def test_after_a_while_messages_come_one_by_one_again(story: Story) -> None:
    """Ten minutes later the two from before count no more."""
    await a_storm(story, 2)
    await story.told(alice=(NEW, NEW))
    await story.passes(minutes=11)
    await story.reported("warrant", incident_number="later")
    await story.told(alice=NEW)


async def test_without_a_limit_each_comes_by_itself(story: Story) -> None:
    """A site that has set none: as many messages as alerts."""
    await story.assigned()
    for number in range(12):
        await story.reported("warrant", incident_number=f"I-{number + 1}")
    await story.told(alice=(NEW,) * 12)
