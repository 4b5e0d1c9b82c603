"""Stories of who is told, when, and who is not."""

import pytest
from tests.integration.notifier.mail_server import readable
from tests.integration.notifier.stories.story import NAME, NEW, NEWS, YOURS, Story

from shared.events import AlertDelivered, AlertEscalated, AlertRaised, ChargePart

pytestmark = pytest.mark.asyncio(loop_scope="module")

THEFT = ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft 3")


async def test_a_booking_reaches_the_case_manager_who_answers(story: Story) -> None:
    """Scenario 1: one message to alice; after her answer nobody hears of it again."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    await story.acknowledges("alice")
    await story.passes(days=3)
    await story.nobody_is_told()
    await story.stands("acknowledged")


async def test_the_same_booking_from_three_systems_is_one_thread(story: Story) -> None:
    """Scenario 2: police, jail, and the jail's second version: one first message, no other."""
    await story.assigned("alice")
    jail = {"source_record_id": "BK-1", "booking_number": "B-1", "incident_number": "2026-7"}
    await story.reported("arrest", reported_by="rms-spd", incident_number="2026-7")
    await story.told(alice=NEW)
    await story.reported("booking", **jail)
    await story.told(alice=NEWS)
    await story.reported("booking", **jail, record_version=2)
    await story.nobody_is_told()
    assert len(await story.alerts()) == 1
    assert len(await story.published(AlertRaised)) == 3


async def test_nobody_answers_and_the_next_is_asked(story: Story) -> None:
    """Scenario 3: alice, then ben, then carla, each half an hour; each step is in the record."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    await story.passes(minutes=29)
    await story.nobody_is_told()
    await story.passes(minutes=1)
    await story.told(ben=YOURS)
    await story.passes(minutes=30)
    await story.told(carla=YOURS)
    await story.acknowledges("carla")
    await story.passes(days=1)
    why = await story.why()
    assert "Ben was asked, as the backup, because nobody answered in time." in why
    assert "Carla was asked, as the supervisor, because nobody answered in time." in why


async def test_replay_raises_nothing_again(story: Story) -> None:
    """Scenario 16: a week of events read again: no message, the same standing."""
    await story.assigned("alice")
    contacts = [await story.reported("booking"), await story.reported("release")]
    await story.told(alice=(NEW, NEWS))
    before = await story.alerts()
    await story.stage.deliver(*contacts)
    # Of the same participant, so it comes after them; its arrest is known, so it says nothing new.
    await story.reported("police-contact")
    await story.nobody_is_told()
    after = await story.alerts()
    assert [alert | {"newest": None} for alert in after] == [a | {"newest": None} for a in before]


async def test_nobody_is_assigned(story: Story) -> None:
    """The supervisor is asked at once, and the record says why."""
    await story.reported("booking")
    await story.told(carla=NEW)
    assert "Nobody was passed over as the case manager: nobody is named." in await story.why()


async def test_the_assignment_is_still_on_its_way(story: Story) -> None:
    """Only the report says who the case manager is: her backup and supervisor are known too."""
    await story.reported("booking", case_manager="alice")
    await story.told(alice=NEW)
    await story.passes(minutes=30)
    await story.told(ben=YOURS)
    await story.passes(minutes=30)
    await story.told(carla=YOURS)


async def test_the_case_manager_has_no_contact_method(story: Story) -> None:
    """She is passed over, nobody's level is skipped: who stands behind her is asked at once."""
    await story.assigned("dora", backup="ben", supervisor="carla")
    await story.reported("booking")
    await story.told(ben=NEW)
    why = await story.why()
    assert "dora was passed over as the case manager: no contact method is known." in why


async def test_one_refused_address_starves_nobody(story: Story) -> None:
    """Alice's address is refused for good: ben is asked at once, and carla's own item arrives."""
    await story.assigned("alice")
    story.mail.refusals[f"alice@{story.site}.example"] = "550 no such user"
    await story.reported("booking")
    await story.told(ben=YOURS)
    (event,) = await story.published(AlertEscalated)
    assert (event.from_recipient, event.to_recipient, event.reason) == (
        "alice",
        "ben",
        "not_delivered",
    )


async def test_a_dead_mail_server_is_waited_out(story: Story) -> None:
    """Down for ten minutes: nobody is told twice, nothing is lost."""
    await story.assigned("alice")
    await story.mail.stop()
    await story.reported("booking")
    await story.passes(minutes=10)
    await story.nobody_is_told()
    await story.mail.start()
    await story.passes(minutes=5)
    await story.told(alice=NEW)


async def test_a_dead_mail_server_does_not_stop_the_clock(story: Story) -> None:
    """Nobody could be told for an hour: by then the backup and the supervisor are asked too."""
    await story.assigned("alice")
    await story.mail.stop()
    await story.reported("booking")
    await story.passes(minutes=61)
    await story.stands("waiting", "carla")
    await story.mail.start()
    await story.passes(minutes=5)
    await story.told(alice=NEW, ben=YOURS, carla=YOURS)


async def test_a_lost_confirmation_repeats_once(story: Story) -> None:
    """Dropped after DATA: the same message twice, with its number, and never a third time."""
    await story.assigned("alice")
    story.mail.drops = 1
    await story.reported("booking")
    await story.passes(minutes=1)
    await story.told(alice=(NEW, NEW))
    first, second = story.mail.to("alice")
    assert first.message["Message-ID"] == second.message["Message-ID"]


async def test_a_server_that_lies_is_caught_by_the_clock(story: Story) -> None:
    """It said 250 and threw the message away: the backup is asked when nobody answers."""
    await story.assigned("alice")
    story.mail.lies = 1
    await story.reported("booking")
    await story.nobody_is_told()
    assert len(await story.published(AlertDelivered)) == 1
    await story.passes(minutes=30)
    await story.told(ben=YOURS)


async def test_a_new_charge_in_the_same_incident_pages_again(story: Story) -> None:
    """Materially new: the same alert, the same person, one more message."""
    await story.assigned("alice")
    await story.reported("booking", incident_number="2026-7")
    await story.reported("new-charge", incident_number="2026-7", charges=(THEFT,))
    await story.told(alice=(NEW, NEWS))
    assert len(await story.alerts()) == 1


async def test_a_reassignment_moves_the_open_alert(story: Story) -> None:
    """In mid-flight: dora is asked with a clock of her own, alice is relieved."""
    await story.hire("dora", supervisor="carla")
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    await story.passes(minutes=20)
    await story.assigned("dora")
    await story.told(dora=YOURS)
    await story.passes(minutes=29)
    await story.nobody_is_told()
    await story.passes(minutes=2)
    await story.told(carla=YOURS)
    alert = await story.alert()
    assert (alert["case_manager_at_contact"], alert["case_manager_now"]) == ("alice", "dora")


async def test_a_reassignment_before_the_message_left(story: Story) -> None:
    """The mail server was down, alice never heard: only dora does."""
    await story.hire("dora")
    await story.assigned("alice")
    await story.mail.stop()
    await story.reported("booking")
    await story.assigned("dora")
    await story.mail.start()
    await story.passes(minutes=5)
    await story.told(dora=YOURS)


async def test_a_handover_moves_the_alert(story: Story) -> None:
    """Alice hands over to ben: he has a clock of his own, and answers."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.hands_over("alice", "ben")
    await story.told(alice=NEW, ben=YOURS)
    await story.acknowledges("ben")
    await story.passes(days=1)


async def test_a_field_contact_needs_no_answer(story: Story) -> None:
    """It ends with the message; nobody else is ever asked."""
    await story.assigned("alice")
    await story.reported("police-contact")
    await story.told(alice=NEW)
    await story.passes(days=3)
    await story.stands("told")


async def test_no_message_says_what_it_is_about(story: Story) -> None:
    """R-24: neither name nor charge, facility, class nor participant key."""
    await story.assigned("alice")
    await story.reported("booking", facility="County A Main", charges=(THEFT,))
    await story.told(alice=NEW)
    raw = readable(story.mail.to("alice")[0])
    told = (*NAME.split(), "county a", "theft", "booking", "booked", "jail", "custody")
    assert [word for word in (*told, story.participant) if word.casefold() in raw] == []
