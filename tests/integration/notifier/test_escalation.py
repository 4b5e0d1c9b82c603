"""When nobody answers, and when responsibility moves."""

from datetime import datetime, timedelta

import asyncpg
import pytest
from tests.integration.notifier.town import Town

from notifier.domain import AlertStep, fold
from shared.events import AlertEscalated

HALF_HOUR = timedelta(minutes=30, seconds=1)


async def test_silence_goes_from_person_to_person_and_ends_visibly(town: Town) -> None:
    """Each is asked once; then it stands as unanswered, and the supervisor is told so."""
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    for count, who in enumerate(("ben", "carla", "line"), start=2):
        await town.stage.pass_time(HALF_HOUR)
        await town.mailed(count)
        assert town.mail.mails[-1].to.startswith(f"{who}@")
    events = await town.stage.published(AlertEscalated)
    assert [e.to_recipient for e in events] == ["ben", "carla", "program-line"]
    assert {e.reason for e in events} == {"no_answer"}
    await town.stage.pass_time(HALF_HOUR)
    assert (await town.the_alert())["state"] == "unanswered"
    assert (await town.why())[-1].startswith("Escalated, unanswered")
    await town.stage.pass_time(timedelta(days=2))
    await town.mailed(5)
    assert town.mail.mails[-1].to.startswith("carla@")
    assert town.mail.mails[-1].subject.endswith("nobody has this")


async def test_nothing_moves_before_its_time(town: Town) -> None:
    """Half an hour is half an hour."""
    await town.assign()
    await town.report(town.contact())
    await town.stage.pass_time(timedelta(minutes=29))
    await town.mailed(1)


async def test_an_answer_stops_the_escalation(town: Town) -> None:
    """Acknowledged in time: no clock runs any more."""
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    await town.acknowledge((await town.the_alert())["id"], town.alice)
    await town.stage.pass_time(timedelta(days=3))
    await town.mailed(1)
    assert await town.stage.published(AlertEscalated) == []


async def test_the_first_person_may_still_answer_after_an_escalation(town: Town) -> None:
    """Alice answers after ben was asked: carla is not."""
    await town.assign()
    await town.report(town.contact())
    await town.stage.pass_time(HALF_HOUR)
    await town.mailed(2)
    await town.acknowledge((await town.the_alert())["id"], town.alice)
    await town.stage.pass_time(HALF_HOUR)
    await town.mailed(2)


async def test_a_legal_matter_waits_for_the_next_business_day(town: Town) -> None:
    """Not half an hour; and whatever day it is, within four days ben is asked."""
    await town.assign()
    await town.report(town.contact("warrant"))
    await town.mailed(1)
    await town.stage.pass_time(timedelta(hours=20))
    await town.mailed(1)
    due = datetime.fromisoformat((await town.the_alert())["due_at"])
    left = due - town.stage.clock.now()
    assert left < timedelta(days=4)
    await town.stage.pass_time(left + timedelta(seconds=1))
    await town.mailed(2)
    assert len(town.mail.to("ben")) == 1


async def test_a_site_sets_its_own_clocks(town: Town) -> None:
    """Ten minutes where the site says ten minutes."""
    policy = {"custody_minutes": 10, "supervisor": "carla"}
    path = "/v1/sites/king-county/policy"
    await town.stage.client.put(path, json=policy, headers=town.carla)
    await town.assign()
    await town.report(town.contact())
    await town.stage.pass_time(timedelta(minutes=11))
    await town.mailed(2)


async def test_reassignment_moves_the_open_alert(town: Town) -> None:
    """Ben becomes responsible while alice's alert waits: it is his now, with a clock of its own."""
    await town.assign("alice")
    await town.report(town.contact())
    await town.mailed(1)
    await town.stage.pass_time(timedelta(minutes=20))
    await town.assign("ben")
    await town.mailed(2)
    alert = await town.the_alert()
    assert (alert["recipient"], alert["case_manager_now"]) == ("ben", "ben")
    await town.stage.pass_time(timedelta(minutes=20))
    await town.mailed(2)


async def test_a_changed_backup_moves_nothing(town: Town) -> None:
    """The same case manager again: whoever is being asked goes on being asked."""
    await town.assign("alice")
    await town.report(town.contact())
    await town.stage.pass_time(HALF_HOUR)
    await town.mailed(2)
    await town.assign("alice", backup="carla")
    await town.mailed(2)
    assert (await town.the_alert())["recipient"] == "ben"


async def test_handing_over_asks_the_colleague(town: Town) -> None:
    """Alice hands over to carla, who gets a message; a stranger to the site is refused."""
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    path = f"/v1/alerts/{(await town.the_alert())['id']}/handover"
    refused = await town.stage.client.post(path, json={"to": "zoe"}, headers=town.alice)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-reachable")
    answer = await town.stage.client.post(path, json={"to": "carla"}, headers=town.alice)
    assert answer.json()["recipient"] == "carla"
    await town.mailed(2)
    assert town.mail.mails[-1].to.startswith("carla@")
    assert "Alice handed this over to Carla." in await town.why()


async def test_an_ended_alert_cannot_be_handed_over(town: Town) -> None:
    """Somebody has it: that is said."""
    await town.assign()
    await town.report(town.contact())
    alert = await town.the_alert()
    await town.acknowledge(alert["id"], town.alice)
    path = f"/v1/alerts/{alert['id']}/handover"
    refused = await town.stage.client.post(path, json={"to": "ben"}, headers=town.alice)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/alert-ended")


async def test_an_alert_s_state_is_the_fold_over_its_steps(town: Town) -> None:
    """After escalation, handover and answer the row says what the append-only steps say."""
    await town.assign()
    await town.report(town.contact())
    await town.mailed(1)
    await town.stage.pass_time(HALF_HOUR)
    await town.mailed(2)
    alert = await town.the_alert()
    path = f"/v1/alerts/{alert['id']}/handover"
    handed = await town.stage.client.post(path, json={"to": "carla"}, headers=town.ben)
    assert handed.status_code == 200, handed.text
    await town.acknowledge(alert["id"], town.carla)
    rows = await town.stage.rows("SELECT * FROM alert_step ORDER BY seq")
    standing = fold(AlertStep(**row) for row in rows)
    after = await town.the_alert()
    assert (standing.state, standing.recipient) == (after["state"], after["recipient"])
    assert standing.state == "handed_over"


async def test_steps_cannot_be_rewritten(town: Town) -> None:
    """The database itself refuses."""
    await town.assign()
    await town.report(town.contact())
    with pytest.raises(asyncpg.RaiseError):
        await town.stage.rows("UPDATE alert_step SET who = 'somebody'")
