"""The inbox and the thread as pages, by plain links and forms."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from tests.integration.notifier.town import CANARY, Town

from shared.callers import SESSION_COOKIE
from shared.events import ChargePart


def cookie(who: dict[str, str]) -> dict[str, str]:
    token = who["Authorization"].removeprefix("Bearer ")
    return {"Cookie": f"{SESSION_COOKIE}={token}", "Sec-Fetch-Site": "same-origin"}


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.parts).split())


async def test_without_a_session_the_pages_lead_to_sign_in(town: Town) -> None:
    """And back to where the person wanted to go."""
    answer = await town.stage.client.get("/inbox")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?next=/inbox"


async def test_the_inbox_shows_what_waits(town: Town) -> None:
    """Who by given name and initial, what, when told twice, what happens next, one big button."""
    await town.assign()
    empty = await town.stage.client.get("/inbox", headers=cookie(town.alice))
    assert "Nothing waiting." in str(Words(empty.text))
    await town.report(town.contact())
    page = await town.stage.client.get("/inbox", headers=cookie(town.alice))
    text = str(Words(page.text))
    assert "1 waiting." in text
    assert "Custody Booked · County A Main" in text
    assert "Zebulon C. · just now · " in text
    assert CANARY not in page.text
    assert "then the next person is asked" in text
    assert page.text.count("I have this</button>") == 1
    title = page.text.partition("<title>")[2].partition("</title>")[0]
    assert title == "Inbox · Throughline"
    assert len(page.text) < 60_000


async def test_the_inbox_shows_a_part(town: Town) -> None:
    """By class and by how far somebody is; the count stays that of everything that waits."""
    await town.assign()
    await town.report(town.contact())
    another = town.now - timedelta(days=9)
    await town.report(town.contact("warrant", occurred_at=another))

    async def shown(query: str) -> tuple[bool, bool]:
        page = await town.stage.client.get(f"/inbox{query}", headers=cookie(town.alice))
        text = str(Words(page.text))
        assert "2 waiting." in text or "1 waiting." in text
        items = page.text.partition('id="waiting"')[2].partition("</html>")[0]
        return "Booked" in items, "Warrant" in items

    assert await shown("") == (True, True)
    assert await shown("?kind=custody") == (True, False)
    assert await shown("?kind=legal&show=not_started") == (False, True)
    assert await shown("?show=in_progress") == (False, False)
    alerts = (await town.get("/v1/alerts", town.alice))["items"]
    [booked] = [alert for alert in alerts if alert["contact"]["cause"] == "booking"]
    await town.stage.client.get(f"/alerts/{booked['id']}", headers=cookie(town.alice))
    assert await shown("?show=in_progress") == (True, False)
    await town.acknowledge(booked["id"], town.alice)
    assert await shown("?show=done") == (True, False)
    assert await shown("?show=done&kind=legal") == (False, False)
    wrong = await town.stage.client.get("/inbox?show=late", headers=cookie(town.alice))
    assert wrong.status_code == 422


async def test_the_button_works_without_script(town: Town) -> None:
    """A plain form: 303 back to the inbox, where the item is done."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    path = f"/alerts/{alert['id']}/acknowledgement"
    answer = await town.stage.client.post(path, headers=cookie(town.alice))
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert (await town.the_alert())["state"] == "acknowledged"
    page = await town.stage.client.get("/inbox", headers=cookie(town.alice))
    assert "Nothing waiting." in str(Words(page.text))
    assert "Answered by Alice" in str(Words(page.text))


async def test_another_site_s_form_is_refused(town: Town) -> None:
    """A forged form from elsewhere answers nothing."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    forged = cookie(town.alice) | {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    path = f"/alerts/{alert['id']}/acknowledgement"
    assert (await town.stage.client.post(path, headers=forged)).status_code == 403
    assert (await town.the_alert())["state"] == "waiting"


async def test_the_thread_tells_everything(town: Town) -> None:
    """The full name, what came in, who was told, and the forms to answer and to hand over."""
    await town.assign()
    await town.report(town.contact(), town.contact("release"))
    await town.mailed(2)
    alert = await town.the_alert()
    page = await town.stage.client.get(f"/alerts/{alert['id']}", headers=cookie(town.alice))
    text = str(Words(page.text))
    assert CANARY in text
    assert "jms-county-a: Booked" in text
    assert "jms-county-a: Released" in text
    assert "Alice was asked, as the case manager." in text
    assert "Alice opened this." in text
    assert CANARY not in page.text.partition("<title>")[2].partition("</title>")[0]
    form = {"to": "ben", "note": "In court until noon"}
    path = f"/alerts/{alert['id']}/handover"
    answer = await town.stage.client.post(path, data=form, headers=cookie(town.alice))
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert (await town.the_alert())["recipient"] == "ben"
    page = await town.stage.client.get(f"/alerts/{alert['id']}", headers=cookie(town.ben))
    assert "In court until noon" in str(Words(page.text))


@pytest.mark.parametrize("role", ["liaison-prosecutor", "agency-reporter", "ops"])
async def test_the_pages_are_for_those_who_answer(town: Town, role: str) -> None:
    """Nobody else sees a name here."""
    who = cookie(town.headers(role, sub="x"))
    assert (await town.stage.client.get("/inbox", headers=who)).status_code == 403


async def test_an_alert_of_somebody_else_is_not_found(town: Town) -> None:
    """Ben's page of alice's alert says that there is none."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    page = await town.stage.client.get(f"/alerts/{alert['id']}", headers=cookie(town.ben))
    assert page.status_code == 404
    assert CANARY not in page.text


async def test_a_quashed_warrant_is_told_and_does_not_read_as_a_new_one(town: Town) -> None:
    """On the inbox, in the thread and in the record; without the name of anything in the mail."""
    await town.assign()
    of = {"warrant_number": "W-77", "reported_by": "pcms", "facility": None}
    issued = {"contact_type": "warrant_issued", "outcome": "failure_to_appear"}
    quashed = {"contact_type": "warrant_quashed", "outcome": "quashed"}
    await town.report(town.contact("warrant", **of, **issued))
    await town.mailed(1)
    page = await town.stage.client.get("/inbox", headers=cookie(town.alice))
    assert "Legal Warrant issued" in str(Words(page.text))
    await town.stage.pass_time(timedelta(hours=1))
    await town.report(town.contact("warrant", **of, **quashed))
    await town.mailed(2)
    assert "quash" not in town.mail.mails[1].raw.decode().casefold()
    page = await town.stage.client.get("/inbox", headers=cookie(town.alice))
    assert "Legal Warrant quashed" in str(Words(page.text))
    assert "Warrant issued" not in str(Words(page.text))
    alert = await town.the_alert()
    assert (alert["contact"]["outcome"], alert["contact"]["warrant_number"]) == ("quashed", "W-77")
    assert "Alice was told of something new: a warrant was quashed." in await town.why()
    page = await town.stage.client.get(f"/alerts/{alert['id']}", headers=cookie(town.alice))
    assert "pcms: Warrant issued" in str(Words(page.text))
    assert "pcms: Warrant quashed" in str(Words(page.text))


async def test_who_sits_in_jail_is_the_headline_whatever_comes_in(town: Town) -> None:
    """A charge from before enrollment comes later: jail stays on top; "not a new event" is said of
    the charge, on every page and by the API; a release is what changes it."""
    await town.assign()
    booked = town.contact("booking", booking_number="B-1", incident_number="26-7")
    old = (ChargePart(seq=1, text="Theft 3"),)
    charge = {"contact_type": "charge_filed", "outcome": "filed", "facility": None}
    filed = town.contact(
        "new-charge", **charge, incident_number="26-7", charges=old, pre_enrollment_conduct=True
    )
    await town.report(booked)
    await town.report(filed)
    await town.mailed(2)
    alert = await town.the_alert()
    assert alert["contact"]["receipt"] == str(booked.receipt)
    assert alert["newest"]["receipt"] == str(filed.receipt)
    for path in ("/inbox", f"/alerts/{alert['id']}"):
        page = await town.stage.client.get(path, headers=cookie(town.alice))
        text = str(Words(page.text))
        assert "Custody Booked · County A Main" in text
        assert "Theft 3 (from before enrollment: not a new event)" in text
    released = town.contact("release", booking_number="B-1", occurred_at=town.now)
    await town.report(released)
    await town.mailed(3)
    assert (await town.the_alert())["contact"]["receipt"] == str(released.receipt)
