"""Stories of participants who leave, pause, were somebody else, or are erased."""

from typing import Any

import pytest
from tests.integration.notifier.stories.story import NAME, NEW, NEWS, YOURS, Story
from tests.integration.notifier.test_pages import Words, cookie

from notifier.withdrawals import in_message
from shared.events import (
    AlertRaised,
    AlertRecalled,
    AlertSuppressed,
    ChargePart,
    ConsentRevoked,
    IdentityCorrected,
    NotifierErased,
    ParticipantErased,
    ParticipantStatusChanged,
)
from shared.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHDRAWN = "withdrawn, please disregard"
THEFT = ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft 3")


async def becomes(story: Story, status: str, reason: str | None = None, **more: Any) -> None:
    values = {"status": status, "reason": reason, "since": story.now} | more
    await story.hear(story.event(ParticipantStatusChanged, **values))


async def was_not_them(story: Story, contact: Any) -> None:
    """Casework corrects: the report of this contact is about somebody else."""
    values = {"receipt": contact.receipt, "correction": "wrong_person"}
    await story.hear(story.event(IdentityCorrected, **values))


async def test_the_participant_died(story: Story) -> None:
    """Scenario 11: the open alert stops, later reports alert nobody; the reason names no cause."""
    await story.assigned("alice")
    await story.reported("booking")
    await story.told(alice=NEW)
    await becomes(story, "exited", "deceased")
    later = await story.reported("release")
    await story.passes(days=2)
    await story.nobody_is_told()
    await story.stands("suppressed")
    reasons = [(e.receipt, e.reason) for e in await story.published(AlertSuppressed)]
    assert reasons[1:] == [(later.receipt, "participation_ended")]
    assert {reason for _, reason in reasons} == {"participation_ended"}
    assert "Stopped: the person is no longer in the program" in (await story.why())[-1]


async def test_what_waits_for_the_mail_server_is_taken_back(story: Story) -> None:
    """Queued when the participant left: never sent."""
    await story.assigned("alice")
    await story.mail.stop()
    await story.reported("booking")
    await becomes(story, "exited", "by_participant")
    await story.mail.start()
    await story.passes(hours=1)
    await story.nobody_is_told()


@pytest.mark.parametrize("reason", ["in_the_wind", "incarcerated", "treatment_inpatient"])
async def test_out_of_reach_is_still_taking_part(story: Story, reason: str) -> None:
    """That somebody who could not be found was met is what the case manager waits for."""
    await story.assigned("alice")
    await becomes(story, "inactive", reason)
    await story.reported("booking")
    await story.told(alice=NEW)


async def test_a_pause_holds_and_a_return_goes_on(story: Story) -> None:
    """Paused by the person: nobody is alerted; active again: alice is."""
    await story.assigned("alice")
    await becomes(story, "inactive", "paused_by_participant")
    await story.reported("booking")
    await story.nobody_is_told()
    await story.passes(days=10)
    await becomes(story, "active")
    await story.reported("booking")
    await story.told(alice=NEW)


async def test_an_old_status_that_arrives_late_changes_nothing(story: Story) -> None:
    """Active again since today; the pause of last week is heard afterwards."""
    await story.assigned("alice")
    last_week = story.now
    await story.passes(days=7)
    await becomes(story, "active")
    await becomes(story, "inactive", "paused_by_participant", since=last_week)
    await story.reported("booking")
    await story.told(alice=NEW)


async def test_a_consent_taken_back_stops_no_alert_inward(story: Story) -> None:
    """Scenarios 6 and 15: inbound fails open; what goes outward is stopped by who sends it."""
    await story.assigned("alice")
    revoked = {"consent_id": new_id(), "revoked_at": story.now}
    await story.stage.deliver(story.event(ConsentRevoked, **revoked))
    await story.reported("booking")
    await story.told(alice=NEW)


async def test_a_recall_reaches_exactly_those_who_were_told(story: Story) -> None:
    """Alice and ben got it, carla did not: two messages, and nothing more of it ever."""
    await story.assigned("alice")
    contact = await story.reported("booking", facility="County A Main", charges=(THEFT,))
    await story.passes(minutes=30)
    await story.told(alice=NEW, ben=YOURS)
    await was_not_them(story, contact)
    await story.told(alice=WITHDRAWN, ben=WITHDRAWN)
    await story.passes(days=1)
    alert = await story.stands("suppressed")
    assert alert["recalled_at"] is not None
    assert (alert["contact"]["facility"], alert["contact"]["charges"]) == (None, [])
    (event,) = await story.published(AlertRecalled)
    assert event.reason == "wrong_person"


@pytest.mark.parametrize(
    ("correction", "reason", "because", "words"),
    [
        ("retracted", "error", "in_error", "the agency reported it in error and took it back"),
        ("retracted", "sealed", "sealed_or_expunged", "a court sealed or expunged it"),
        ("retracted", "expunged", "sealed_or_expunged", "a court sealed or expunged it"),
        ("corrected", None, "corrected", "the agency corrected it"),
        ("wrong_person", None, "somebody_else", "it was about somebody else"),
    ],
)
async def test_a_withdrawn_item_says_why(
    story: Story, correction: str, reason: str | None, because: str, words: str
) -> None:
    """In the message, by the API, on the item's page, in the inbox and in its record."""
    await story.assigned("alice")
    contact = await story.reported("booking")
    await story.told(alice=NEW)
    values = {"receipt": contact.receipt, "correction": correction, "reason": reason}
    await story.hear(story.event(IdentityCorrected, **values))
    await story.told(alice=WITHDRAWN)
    assert in_message(because) in story.mail.mails[-1].text
    alert = await story.stands("suppressed")
    assert alert["recalled_because"] == because
    assert alert["contact"]["withdrawn_because"] == because
    assert any(words in text for text in await story.why())
    for path in ("/inbox", f"/alerts/{alert['id']}"):
        page = await story.stage.client.get(path, headers=cookie(story.who("alice")))
        assert words in str(Words(page.text)).casefold()


async def test_a_recall_of_what_was_never_sent_tells_nobody(story: Story) -> None:
    """The mail server was down all the time."""
    await story.assigned("alice")
    await story.mail.stop()
    contact = await story.reported("booking")
    await was_not_them(story, contact)
    await story.mail.start()
    await story.passes(hours=1)
    await story.nobody_is_told()
    await story.stands("suppressed")


async def test_a_recall_reaches_who_perhaps_got_it(story: Story) -> None:
    """Dropped after DATA: whether alice has it is unknown, so she is told to disregard it."""
    await story.assigned("alice")
    story.mail.drops = 1
    contact = await story.reported("booking")
    await was_not_them(story, contact)
    await story.passes(hours=1)
    await story.told(alice=(NEW, WITHDRAWN))


async def test_a_recall_after_the_answer_keeps_the_end(story: Story) -> None:
    """Acknowledged it stays; alice is told, and it shows as withdrawn."""
    await story.assigned("alice")
    contact = await story.reported("booking")
    await story.acknowledges("alice")
    await was_not_them(story, contact)
    await story.told(alice=(NEW, WITHDRAWN))
    alert = await story.stands("acknowledged")
    assert alert["recalled_at"] is not None


async def test_one_wrong_report_of_two_recalls_nothing(story: Story) -> None:
    """The booking was somebody else's, the arrest was not: the alert stands on the arrest."""
    await story.assigned("alice")
    await story.reported("arrest", incident_number="2026-7")
    wrong = await story.reported("booking", incident_number="2026-7")
    await story.told(alice=(NEW, NEWS))
    await was_not_them(story, wrong)
    await story.nobody_is_told()
    alert = await story.stands("waiting")
    assert alert["contact"]["cause"] == "arrest"


async def test_after_a_recall_the_right_report_still_pages(story: Story) -> None:
    """What the wrong report said is forgotten: a real booking an hour later is news."""
    await story.assigned("alice")
    wrong = await story.reported("booking")
    await was_not_them(story, wrong)
    await story.told(alice=(NEW, WITHDRAWN))
    await story.passes(hours=1)
    await story.reported("booking")
    await story.told(alice=NEW)
    assert len(await story.published(AlertRaised)) == 2


async def test_the_same_correction_again_tells_nobody_again(story: Story) -> None:
    """Two corrections of one report: one recall."""
    await story.assigned("alice")
    contact = await story.reported("booking")
    await was_not_them(story, contact)
    await was_not_them(story, contact)
    await story.told(alice=(NEW, WITHDRAWN))
    assert len(await story.published(AlertRecalled)) == 1


async def test_somebody_else_s_receipt_recalls_nothing(story: Story) -> None:
    """A correction of a report that this participant never had."""
    await story.assigned("alice")
    await story.reported("booking")
    values = {"receipt": new_id(), "correction": "wrong_person"}
    await story.hear(story.event(IdentityCorrected, **values))
    await story.told(alice=NEW)
    await story.stands("waiting")


async def test_erasure_destroys_what_could_name_them(story: Story) -> None:
    """Name, facts and note are gone at once; the numbers, times and people who acted stay."""
    await story.assigned("alice")
    await story.reported("booking", facility="County A Main", booking_number="JR-77")
    await story.acts("alice", "acknowledgement", {"note": f"saw {NAME}"})
    await story.told(alice=NEW)
    await story.hear(story.event(ParticipantErased, erasure_id=new_id()))
    rows = await story.stage.rows(
        "SELECT e.*, t.known, t.keys FROM alert_entry e JOIN alert_thread t ON t.id = e.thread_id"
        " WHERE t.site = $1",
        story.site,
    )
    assert rows[0]["sealed_name"] == ""
    assert not [word for word in ("County A", "JR-77", "jr77", "BK-") if word in str(rows)]
    alert = await story.stands("acknowledged")
    assert alert["contact"]["display_name"] == "Erased"
    shown = await story.call("GET", f"/v1/alerts/{alert['id']}", sub="carla")
    assert (shown["notes"], shown["answered_by"]) == ([], "alice")
    (event,) = await story.published(NotifierErased)
    assert event.records == 3


async def test_after_erasure_nobody_is_alerted(story: Story) -> None:
    """Not even when an old status arrives after it."""
    await story.assigned("alice")
    await story.hear(story.event(ParticipantErased, erasure_id=new_id()))
    await becomes(story, "active")
    await story.reported("booking")
    await story.nobody_is_told()
    (event,) = await story.published(AlertSuppressed)
    assert event.reason == "erased"
