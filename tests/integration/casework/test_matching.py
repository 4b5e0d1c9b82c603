"""Reviews, late matches, the purge: what happens to a report that is not certain."""

import asyncio
from datetime import date, timedelta
from typing import Any

from tests.integration.casework.builders import (
    NUMBER,
    SAM,
    Headers,
    booking,
    charge,
    open_a_file,
    post,
    referred,
    tables_containing,
)
from tests.integration.conftest import OpenStage

from shared.batches import batch_of
from shared.events import (
    IdentifierPart,
    IdentityReviewRaised,
    MatchTier,
    ParticipantRecontacted,
    PersonPart,
)
from shared.testing import Stage

# No shared number, one digit of the date of birth off: probable.
PROBABLY_SAM = SAM.model_copy(
    update={
        "dob": date(1980, 1, 3),
        "identifiers": (IdentifierPart(system="jail-local", value="J-77"),),
    }
)
STRANGER = PersonPart(
    given="Canaryname",
    surname="Canarysurname",
    dob=date(1975, 5, 5),
    sex="F",
    identifiers=(IdentifierPart(system="jail-local", value="CANARY-88"),),
)
DAY = timedelta(hours=24)


async def outcomes(stage: Stage, headers: Headers, site: str = "king-county") -> list[Any]:
    """What program staff see of every report."""
    answer = await stage.client.get(
        "/v1/contacts/outcomes", headers=headers("program-manager", site)
    )
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def reviews(stage: Stage, headers: Headers) -> list[Any]:
    answer = await stage.client.get("/v1/reviews", headers=headers("identity-reviewer"))
    items: list[Any] = answer.json()["items"]
    return items


async def say(stage: Stage, headers: Headers, review: str, decision: str) -> Any:
    body = {"decision": decision}
    iris = headers("identity-reviewer", sub="iris")
    return await post(stage, f"/v1/reviews/{review}/decision", body, iris)


async def test_a_probable_match_waits_for_a_reviewer(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Nobody is alerted; a reviewer sees both sides, with the custody clock running."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        await stage.deliver_and_handle(booking(PROBABLY_SAM))
        assert await stage.published(ParticipantRecontacted) == []
        [raised] = await stage.published(IdentityReviewRaised)
        assert raised.tier is MatchTier.PROBABLE
        assert raised.due_at - raised.occurred_at == timedelta(hours=4)
        [review] = await reviews(stage, headers)
        assert review["participant_key"] == key
        assert review["on_file"]["dob"] == "1980-01-02"
        assert review["reported"]["person"]["dob"] == "1980-01-03"
        [item] = await outcomes(stage, headers)
        assert (item["outcome"], item["tier"]) == ("to_review", "probable")
        assert "1980-01-03" not in str(await stage.rows("SELECT * FROM contact_body"))


async def test_same_alerts_and_learns_the_number(open_stage: OpenStage, headers: Headers) -> None:
    """A confirmed report goes to the case manager; its jail number is certain from then on."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        report = booking(PROBABLY_SAM)
        await stage.deliver_and_handle(report)
        [review] = await reviews(stage, headers)
        assert (await say(stage, headers, review["id"], "same"))["state"] == "same"
        [event] = await stage.published(ParticipantRecontacted)
        assert (event.subject, event.tier, event.receipt) == (
            key, MatchTier.PROBABLE, report.receipt,
        )  # fmt: skip
        by_number = PersonPart(identifiers=PROBABLY_SAM.identifiers)
        await stage.deliver_and_handle(booking(by_number, record="BK-2"))
        assert len(await stage.published(ParticipantRecontacted)) == 2
        assert await stage.rows("SELECT FROM contact_trace") == []
        again = await stage.client.post(
            f"/v1/reviews/{review['id']}/decision",
            json={"decision": "different"},
            headers=headers("identity-reviewer"),
        )
        assert (again.status_code, again.json()["type"]) == (409, "/problems/review-not-open")


async def test_different_purges_and_is_never_asked_again(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Not this person: the report goes at once, and the same description raises nothing more."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        await stage.deliver_and_handle(booking(PROBABLY_SAM))
        [review] = await reviews(stage, headers)
        await say(stage, headers, review["id"], "different")
        [item] = await outcomes(stage, headers)
        assert (item["outcome"], item["source_record_id"]) == ("unmatched_purged", None)
        assert await stage.rows("SELECT FROM contact_body") == []

        await stage.deliver_and_handle(booking(PROBABLY_SAM, record="BK-2"))
        assert await reviews(stage, headers) == []
        assert len(await stage.published(IdentityReviewRaised)) == 1
        assert await stage.published(ParticipantRecontacted) == []


async def test_unsure_leaves_the_question_open(open_stage: OpenStage, headers: Headers) -> None:
    """Another reviewer may know more; after seven days at most the report is purged (R-12)."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        await stage.deliver_and_handle(booking(PROBABLY_SAM))
        [review] = await reviews(stage, headers)
        assert (await say(stage, headers, review["id"], "unsure"))["state"] == "open"
        await stage.pass_time(timedelta(days=6))
        assert [r["unsure_by"] for r in await reviews(stage, headers)] == ["iris"]
        await stage.pass_time(timedelta(days=1))
        assert await reviews(stage, headers) == []
        [item] = await outcomes(stage, headers)
        assert item["outcome"] == "unmatched_purged"


async def test_two_exact_matches_are_always_reviewed(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Twins on paper: one answer for one of them ends the question about the other."""
    async with open_stage("casework") as stage:
        other_number = (IdentifierPart(system="spd-local", value="2000"),)
        first = await open_a_file(stage, SAM.model_copy(update={"middle": "Ann"}))
        second = await open_a_file(
            stage, SAM.model_copy(update={"middle": "Bo", "identifiers": other_number})
        )
        assert first != second
        await stage.deliver_and_handle(booking(SAM.model_copy(update={"identifiers": ()})))
        open_reviews = await reviews(stage, headers)
        assert {r["participant_key"] for r in open_reviews} == {first, second}
        assert {r["tier"] for r in open_reviews} == {"exact"}
        assert await stage.published(ParticipantRecontacted) == []
        await say(stage, headers, open_reviews[0]["id"], "same")
        assert await reviews(stage, headers) == []
        [event] = await stage.published(ParticipantRecontacted)
        assert event.subject == open_reviews[0]["participant_key"]


async def test_nothing_of_a_stranger_is_kept_past_its_retention(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The body is sealed while it waits, and after a day only a countable row is left (R-12)."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        await stage.deliver_and_handle(booking(STRANGER, record="BK-CANARY"))
        assert await tables_containing(stage, "canary") == ["contact"]
        [item] = await outcomes(stage, headers)
        assert (item["outcome"], item["source_record_id"]) == ("unmatched", "BK-CANARY")
        assert len(await stage.rows("SELECT FROM contact_body")) == 1
        assert len(await stage.rows("SELECT FROM contact_trace")) == 2

        await stage.pass_time(DAY - timedelta(minutes=30))
        assert (await outcomes(stage, headers))[0]["outcome"] == "unmatched"
        await stage.pass_time(timedelta(minutes=29, seconds=30))
        [item] = await outcomes(stage, headers)
        assert (item["outcome"], item["source_record_id"]) == ("unmatched_purged", None)
        assert item["purged_at"] <= item["purge_due_at"]
        assert await tables_containing(stage, "canary") == []
        assert await stage.rows("SELECT FROM contact_body") == []
        assert await stage.rows("SELECT FROM contact_trace") == []
        assert await stage.published(ParticipantRecontacted) == []
        assert len(await stage.rows("SELECT FROM timer WHERE kind = 'purge-contacts'")) == 1


async def test_a_report_before_its_file_is_matched_late(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Two reports wait, one known by number and one by name; the file that opens finds both."""
    async with open_stage("casework") as stage:
        by_number = booking(PersonPart(identifiers=(NUMBER,)))
        by_name = charge(SAM.model_copy(update={"identifiers": ()}))
        stranger = booking(STRANGER, record="BK-2")
        await stage.deliver_and_handle(by_number, by_name, stranger)
        assert await stage.published(ParticipantRecontacted) == []
        key = await open_a_file(stage)
        events = await stage.published(ParticipantRecontacted)
        assert {(e.subject, e.receipt) for e in events} == {
            (key, by_number.receipt), (key, by_name.receipt),
        }  # fmt: skip
        assert all(e.received_at < stage.clock.now() for e in events)
        assert all(e.late for e in events)
        left = await stage.rows("SELECT receipt FROM contact_trace GROUP BY receipt")
        assert [row["receipt"] for row in left] == [stranger.receipt]


async def test_a_late_match_ends_a_review_about_somebody_else(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A report under review belongs, as it turns out, to the next person who is referred."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        report = booking(PROBABLY_SAM)
        await stage.deliver_and_handle(report)
        assert len(await reviews(stage, headers)) == 1
        key = await open_a_file(stage, PROBABLY_SAM)
        [event] = await stage.published(ParticipantRecontacted)
        assert (event.subject, event.receipt) == (key, report.receipt)
        assert await reviews(stage, headers) == []


async def test_a_purged_report_is_not_matched_late(open_stage: OpenStage, headers: Headers) -> None:
    """The look-back ends where the retention ends."""
    async with open_stage("casework") as stage:
        await stage.deliver_and_handle(booking())
        await stage.pass_time(DAY)
        await open_a_file(stage)
        assert await stage.published(ParticipantRecontacted) == []


async def test_who_has_exited_is_not_matched(open_stage: OpenStage, headers: Headers) -> None:
    """After an exit, reports about the person are reports about a stranger."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        body = {"state": "exited", "reason": "deceased"}
        await post(stage, f"/v1/participants/{key}/status", body, headers("case-manager"))
        await stage.deliver_and_handle(booking())
        assert [o["outcome"] for o in await outcomes(stage, headers)] == ["unmatched"]


async def test_two_referrals_at_once_open_one_file(open_stage: OpenStage) -> None:
    """The roster's lock: whichever comes second finds the file of the first."""
    from casework.matching.commands import OpenFile
    from casework.matching.handlers import open_file
    from casework.settings import Policy

    async with open_stage("casework") as stage:

        async def refer() -> None:
            async with stage.transaction() as tx:
                await open_file(OpenFile(referred()), tx, Policy())

        await asyncio.gather(*(refer() for _ in range(4)))
        assert len(await stage.rows("SELECT FROM participant_file")) == 1
        assert len(await stage.rows("SELECT FROM attached_referral")) == 4


async def test_a_report_and_its_file_cannot_pass_each_other(open_stage: OpenStage) -> None:
    """A report that comes while the file is being opened waits for it, then is matched."""
    from casework.matching.commands import MatchReports, OpenFile
    from casework.matching.handlers import match_reports, open_file
    from casework.settings import Policy

    async with open_stage("casework") as stage:

        async def report() -> None:
            async with stage.transaction() as tx:
                await match_reports(MatchReports(batch_of(booking())), tx, Policy())

        async with stage.transaction() as tx:
            await open_file(OpenFile(referred()), tx, Policy())
            waiting = asyncio.create_task(report())
            # Long enough for a report that does not wait to be over.
            await asyncio.wait({waiting}, timeout=0.5)
        await waiting
        assert len(await stage.published(ParticipantRecontacted)) == 1


async def test_another_sites_people_do_not_exist(open_stage: OpenStage, headers: Headers) -> None:
    """R-32: no match, no key, no list, no review, no outcome across sites."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        await stage.deliver_and_handle(booking(PROBABLY_SAM))
        [review] = await reviews(stage, headers)
        elsewhere = booking(SAM, site="santa-fe", record="BK-3")
        await stage.deliver_and_handle(elsewhere)
        assert await stage.published(ParticipantRecontacted) == []
        assert [o["outcome"] for o in await outcomes(stage, headers, "santa-fe")] == ["unmatched"]
        assert [o["outcome"] for o in await outcomes(stage, headers)] == ["to_review"]

        theirs = headers("supervisor", "santa-fe")
        listed = await stage.client.get("/v1/participants", headers=theirs)
        assert listed.json()["items"] == []
        for path in ("", "/timeline", "/plans/current"):
            answer = await stage.client.get(f"/v1/participants/{key}{path}", headers=theirs)
            assert answer.status_code == 404, path
        body = {"case_manager": "mallory"}
        path = f"/v1/participants/{key}/assignments"
        assert (await stage.client.post(path, json=body, headers=theirs)).status_code == 404
        iris = headers("identity-reviewer", "santa-fe")
        path = f"/v1/reviews/{review['id']}/decision"
        body = {"decision": "same"}
        assert (await stage.client.post(path, json=body, headers=iris)).status_code == 404


async def test_no_justice_client_can_ask(open_stage: OpenStage, headers: Headers) -> None:
    """R-10: agencies, prosecutors and courts read nothing here, not even counts."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        paths = ("participants", f"participants/{key}", "reviews", "contacts/outcomes")
        roles = ("agency-reporter", "prosecutor-system", "court-system", "liaison-prosecutor")
        for role in roles:
            for path in paths:
                answer = await stage.client.get(f"/v1/{path}", headers=headers(role))
                assert answer.status_code == 403, (role, path)


async def test_outcomes_are_paged_and_filtered(open_stage: OpenStage, headers: Headers) -> None:
    """Every report is listed exactly once, in pages."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        reports = [booking(STRANGER, record=f"BK-{n}") for n in range(5)]
        await stage.deliver_and_handle(*reports, charge())
        ops = headers("ops")
        seen: list[str] = []
        cursor: str | None = None
        while True:
            query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            answer = await stage.client.get("/v1/contacts/outcomes", params=query, headers=ops)
            page = answer.json()
            seen += [item["receipt"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 6
        query = {"source_system": "pcms-kcpao"}
        answer = await stage.client.get("/v1/contacts/outcomes", params=query, headers=ops)
        assert [item["contact_type"] for item in answer.json()["items"]] == ["charge_filed"]
