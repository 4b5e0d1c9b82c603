"""Screening at the desk: criteria propose, a person decides, and what they stood on is kept."""

import json
from collections.abc import Callable
from typing import Any

from tests.integration.conftest import OpenStage
from tests.integration.referral.desk import ALL_MET, ANSWERED, ELIGIBLE, Desk

from shared.events import OutreachMade, ReferralClosed, ReferralScreened

Headers = Callable[..., dict[str, str]]


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_a_decision_stands_on_each_criterion(open_stage: OpenStage, headers: Headers) -> None:
    """By rule or by a person, with reason and source; the agency's answer does not change."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        referral = await desk.refer()
        before = await desk.seen_by_officer(referral)
        sheet = (await desk.see(referral))["sheet"]
        assert (sheet["criteria_version"], sheet["proposed"]) == ("seattle-2011", None)
        by_code = {result["criterion"]: result for result in sheet["results"]}
        assert by_code["adult"]["met"] == "met"
        assert "slideum" in by_code["adult"]["source"]
        assert by_code["no_excluding_history"]["met"] == "unknown"

        screened = await desk.did(referral, "screening", ELIGIBLE)
        assert (screened["state"], screened["outcome"]) == ("eligible", "eligible")
        [decision] = screened["screenings"]
        assert (decision["proposed"], decision["decided_by"]) == ("eligible", "dana")
        answered = {result["criterion"]: result["answered_by"] for result in decision["results"]}
        assert (answered["adult"], answered["amenable"]) == ("rule", "person")
        [event] = await stage.published(ReferralScreened)
        assert (event.outcome, event.criteria_version) == ("eligible", "seattle-2011")
        assert await desk.seen_by_officer(referral) == before
        again = await desk.post(referral, "screening", ELIGIBLE)
        assert (again.status_code, again.json()["type"]) == (409, "/problems/not-at-this-point")


async def test_another_decision_than_the_criteria_s_needs_a_reason(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The override is a person's, with their reason, which is sealed as what it speaks of."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        referral = await desk.refer()
        against = ALL_MET | {"no_excluding_history": {"met": False, "evidence": "records"}}
        body = {"decision": "presumptively_ineligible", "findings": against}
        assert (await desk.did(referral, "screening", body))["state"] == "ineligible"
        override = {"decision": "eligible"}
        refused = await desk.post(referral, "screening", override)
        assert (refused.status_code, errors(refused)) == (422, [("/reason", "reason_needed")])
        reason = "Canary: nineteen years ago."
        overridden = await desk.did(referral, "screening", override | {"reason": reason})
        latest = overridden["screenings"][0]
        assert (latest["proposed"], latest["outcome"]) == ("presumptively_ineligible", "eligible")
        assert latest["reason"] == reason
        assert len(overridden["screenings"]) == 2
        rows = json.dumps(await stage.rows("SELECT s::text FROM screening s"))
        assert "Canary" not in rows
        assert "no_excluding_history" not in rows
        odd = await desk.post(referral, "screening", {"decision": "waitlisted", "findings": {
            "no_such": ANSWERED}})  # fmt: skip
        assert odd.status_code == 409
        other = await desk.refer()
        odd = await desk.post(other, "screening", ELIGIBLE | {"findings": {"no_such": ANSWERED}})
        assert errors(odd) == [("/findings", "no_such_criterion")]


async def test_in_santa_fe_the_prosecutor_decides(open_stage: OpenStage, headers: Headers) -> None:
    """No reason of the desk's replaces that answer; a no ends the referral."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        desk.officer = headers("agency-reporter", site="santa-fe", sources=["rms-spd"])
        desk.dana = headers("referral-desk", site="santa-fe", sub="uma")
        charge = {"seq": 1, "text": "Possession", "nibrs": "35A"}
        change: dict[str, Any] = {"site": "santa-fe", "charges": [charge]}
        asked = dict.fromkeys(("driven_by_opioids", "not_on_the_list", "six_grams"), ANSWERED)
        first, second = await desk.refer(**change), await desk.refer(**change)
        for referral in (first, second):
            eligible = {"decision": "eligible", "findings": asked, "reason": "I am sure."}
            refused = await desk.post(referral, "screening", eligible)
            assert errors(refused) == [("/findings", "approval_missing")]
            waits = {"decision": "needs_agency_approval", "findings": asked}
            assert (await desk.did(referral, "screening", waits))["state"] == "awaiting_approval"
        yes = {"decision": "eligible", "findings": {"prosecutor_agrees": ANSWERED}}
        assert (await desk.did(first, "screening", yes))["state"] == "eligible"
        no = {"findings": {"prosecutor_agrees": ANSWERED | {"met": False}}}
        odd = await desk.post(second, "screening", no | {"decision": "eligible", "reason": "x"})
        assert errors(odd) == [("/decision", "rejected")]
        rejected = await desk.did(second, "screening", no | {"decision": "rejected_by_prosecutor"})
        assert rejected["state"] == "declined"
        [closed] = await stage.published(ReferralClosed)
        assert (closed.state, closed.reason) == ("declined", "rejected_by_prosecutor")
        community: dict[str, Any] = {
            "referral_type": "community",
            "charges": [],
            "person_response": None,
        }
        community |= {
            "consent_to_contact": True,
            "referrer": {
                "name": "A Neighbor",
                "callback": "+12065550111",
                "relationship": "neighbor",
            },
        }
        body = (await desk.see(first))["referral"] | community | {"source_record_id": "SF-9"}
        closed_door = await stage.client.post("/v1/referrals", json=body, headers=desk.officer)
        assert errors(closed_door) == [("/referral_type", "door_closed")]


async def test_who_may_say_no_and_what_comes_of_it(open_stage: OpenStage, headers: Headers) -> None:
    """Person and officer, until the interview; the agency sees that it is closed, and no more."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        by_person, by_officer = await desk.refer(), await desk.refer()
        await desk.did(by_person, "screening", ELIGIBLE)
        for referral, who in ((by_person, "person"), (by_officer, "officer")):
            declined = await desk.did(referral, "decline", {"declined_by": who})
            assert (declined["state"], declined["outcome"]) == ("declined", f"declined_by_{who}")
        texts = [(await desk.seen_by_officer(r))[0] for r in (by_person, by_officer)]
        assert [json.loads(text)["state"] for text in texts] == ["closed", "closed"]
        events = await stage.published(ReferralClosed)
        assert [event.reason for event in events] == ["declined_by_person", "declined_by_officer"]
        waiting = await desk.refer()
        body = {"decision": "waitlisted", "reason": "Every case manager has twenty."}
        assert (await desk.did(waiting, "screening", body))["state"] == "waitlisted"
        social = await desk.refer(referral_type="social_contact", charges=[])
        shown = await desk.did(social, "screening", ELIGIBLE)
        assert shown["outreach_due_at"] is not None
        key = shown["participant_key"]
        made = OutreachMade(
            site="king-county", subject=key, occurred_at=stage.clock.now(),
            made_at=stage.clock.now(),
        )  # fmt: skip
        await stage.deliver_and_handle(made)
        shown = await desk.see(social)
        assert (shown["state"], shown["outreach_at"] is None) == ("outreach", False)
        assert json.loads((await desk.seen_by_officer(social))[0])["state"] == "received"
        page = await stage.client.get("/referrals?state=outreach", headers=desk.dana)
        assert "Outreach" in page.text
        assert "First outreach by" not in page.text
        stale = await desk.post(social, "decline", {"declined_by": "person"}, **{"If-Match": '"1"'})
        assert stale.status_code == 412
