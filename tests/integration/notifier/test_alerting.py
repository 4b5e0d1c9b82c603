"""From a matched report to the person on duty."""

from datetime import timedelta

from tests.integration.notifier.mail_server import readable
from tests.integration.notifier.town import CANARY, Town

from shared.events import AlertAcknowledged, AlertDelivered, AlertRaised, ChargePart
from shared.ids import new_id
from shared.testing import eventually


async def test_a_booking_reaches_the_case_manager_and_nobody_else(town: Town) -> None:
    """One mail to alice, one alert with both case managers, three events; nothing more."""
    await town.assign()
    contact = town.contact()
    await town.report(contact)
    await town.mailed(1)
    alert = await town.the_alert()
    assert town.mail.mails[0].to == "alice@king-county.example"
    assert town.mail.mails[0].subject == f"New item {alert['number']}"
    assert alert["state"] == "waiting"
    assert alert["alert_class"] == "custody"
    assert alert["recipient"] == "alice"
    assert (alert["case_manager_at_contact"], alert["case_manager_now"]) == ("alice", "alice")
    assert alert["contact"]["display_name"] == CANARY
    (raised,) = await town.stage.published(AlertRaised)
    assert (raised.receipt, raised.recipient) == (contact.receipt, "alice")
    assert raised.alert_number == alert["number"]
    (delivered,) = await town.stage.published(AlertDelivered)
    assert (delivered.recipient, delivered.channel) == ("alice", "email")


async def test_nothing_about_the_person_leaves_by_mail(town: Town) -> None:
    """R-24: no name, charge, facility, participant key or program word; a link and a number."""
    await town.assign()
    charge = ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft 3", severity="misdemeanor")
    await town.report(town.contact(charges=(charge,)))
    await town.mailed(1)
    alert, raw = await town.the_alert(), readable(town.mail.mails[0])
    told = (*CANARY.split(), "county a", "theft", "9a.56", "booked", "booking", "jail", "lead")
    for word in (*told, town.participant, "king county", "diversion", "custody", "arrest"):
        assert word.casefold() not in raw.replace("@king-county.example", "")
    assert f"/alerts/{alert['id']}" in raw


async def test_a_duplicate_event_mails_once(town: Town) -> None:
    """The same event again, and the same record as another event: one mail."""
    await town.assign()
    contact = town.contact()
    await town.report(contact)
    again = contact.model_copy(update={"id": new_id()})
    await town.stage.deliver(contact)
    await town.report(again)
    await town.mailed(1)
    assert len(await town.stage.published(AlertRaised)) == 2
    entries = await town.stage.rows("SELECT news FROM alert_entry ORDER BY recorded_at")
    assert [entry["news"] for entry in entries] == [["first_report"], []]


async def test_the_same_event_cannot_page_twice_even_past_the_inbox(town: Town) -> None:
    """The entry's key is the last line of defense: without the inbox's claim it still holds."""
    await town.assign()
    contact = town.contact()
    await town.report(contact)
    await town.mailed(1)
    async with town.stage.transaction() as tx:
        await tx.raw.execute("DELETE FROM inbox")
    # Nothing of the first time may help: not even the thread knows it.
    async with town.stage.transaction() as tx:
        await tx.raw.execute("UPDATE alert_thread SET known = '{}'")
    await town.stage.deliver(contact)

    async def set_aside() -> bool:
        return bool(await town.stage.rows("SELECT 1 FROM dead_letter"))

    await eventually(set_aside)
    await town.mailed(1)


async def test_the_same_arrest_from_two_systems_pages_once(town: Town) -> None:
    """Jail and police report the same incident: one alert, one mail, two entries."""
    await town.assign()
    await town.report(town.contact(incident_number="2026-1"))
    await town.report(
        town.contact("arrest", reported_by="rms-spd", incident_number="2026-1"),
        town.contact("booking", reported_by="jms-county-b", incident_number="2026 1"),
    )
    await town.mailed(1)
    alert = await town.the_alert()
    thread = await town.get(f"/v1/alerts/{alert['id']}", town.alice)
    assert [entry["cause"] for entry in thread["entries"]] == ["booking", "arrest", "booking"]
    assert "Another report of the same; nobody was told again." in await town.why()


async def test_a_new_charge_pages_again_in_the_same_thread(town: Town) -> None:
    """While the alert waits the same alert pages again; after its end a new one does."""
    await town.assign()
    await town.report(town.contact())
    charge = ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft 3")
    await town.report(town.contact("new-charge", reported_by="pcms", charges=(charge,)))
    await town.mailed(2)
    alert = await town.the_alert()
    assert [mail.subject for mail in town.mail.mails] == [
        f"New item {alert['number']}",
        f"Item {alert['number']}: something new",
    ]
    # The custody clock did not start over, and the class stays the more urgent one.
    assert alert["alert_class"] == "custody"
    await town.acknowledge(alert["id"], town.alice)
    await town.report(town.contact("release"))
    await town.mailed(3)
    first, second = reversed(await town.alerts())
    assert (first["state"], second["state"]) == ("acknowledged", "waiting")
    rows = await town.stage.rows("SELECT DISTINCT thread_id FROM alert")
    assert len(rows) == 1


async def test_corrected_wording_does_not_page(town: Town) -> None:
    """Version 2 of a record with another spelling of the charge is kept, and nobody is woken."""
    await town.assign()
    first = town.contact(charges=(ChargePart(seq=1, statute="9A.56.050", text="THEFT 3"),))
    corrected = {
        "id": new_id(),
        "receipt": new_id(),
        "record_version": 2,
        "charges": (ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft third degree"),),
    }
    await town.report(first)
    await town.report(first.model_copy(update=corrected))
    await town.mailed(1)


async def test_another_day_is_another_thread(town: Town) -> None:
    """A contact four days later has nothing to do with the first."""
    await town.assign()
    await town.report(town.contact())
    await town.report(town.contact(occurred_at=town.now + timedelta(hours=96)))
    await town.mailed(2)
    assert len(await town.alerts()) == 2


async def test_an_unassigned_participant_s_alert_goes_to_the_supervisor(town: Town) -> None:
    """Nobody is responsible yet: the site's supervisor is asked, and why says so."""
    await town.report(town.contact())
    await town.mailed(1)
    assert (await town.the_alert())["recipient"] == "carla"
    assert "Nobody was passed over as the case manager: nobody is named." in await town.why()


async def test_without_anybody_reachable_the_program_line_is_asked(town: Town) -> None:
    """A case manager and supervisor without a contact method are passed over, with the reason."""
    await town.assign("dora", backup="ed", supervisor="fay")
    await town.report(town.contact())
    await town.mailed(1)
    assert town.mail.mails[0].to == "line@program.example"
    why = await town.why()
    assert "dora was passed over as the case manager: no contact method is known." in why
    assert "fay was passed over as the supervisor: no contact method is known." in why


async def test_a_field_contact_needs_no_answer(town: Town) -> None:
    """It ends with its message: no clock, no escalation."""
    await town.assign()
    await town.report(town.contact("police-contact"))
    await town.mailed(1)
    alert = await town.the_alert()
    assert (alert["state"], alert["due_at"]) == ("told", None)
    await town.stage.pass_time(timedelta(days=3))
    await town.mailed(1)


async def test_both_case_managers_are_recorded(town: Town) -> None:
    """The contact happened under alice, the report arrives under ben: ben is asked."""
    before = town.now - timedelta(days=2)
    await town.assign("alice", assigned_from=before)
    await town.assign("ben")
    await town.report(town.contact(occurred_at=before + timedelta(hours=1)))
    await town.mailed(1)
    alert = await town.the_alert()
    assert (alert["case_manager_at_contact"], alert["case_manager_now"]) == ("alice", "ben")
    assert alert["recipient"] == "ben"


async def test_acknowledging_twice_changes_nothing(town: Town) -> None:
    """The first answer stands, whoever answers again; one event leaves."""
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    alert = await town.the_alert()
    first = await town.acknowledge(alert["id"], town.alice)
    assert (first["state"], first["answered_by"]) == ("acknowledged", "alice")
    assert await town.acknowledge(alert["id"], town.carla) == first
    (event,) = await town.stage.published(AlertAcknowledged)
    assert (event.acknowledged_by, event.action) == ("alice", "going_to_jail")
