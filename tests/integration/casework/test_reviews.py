"""Reviews: a report that may be about somebody is a question for a human."""

from datetime import timedelta

from tests.integration.casework.builders import (
    SAM,
    Headers,
    booking,
    open_a_file,
)
from tests.integration.casework.uncertain import PROBABLY_SAM, outcomes, reviews, say
from tests.integration.conftest import OpenStage

from shared.events import (
    IdentifierPart,
    IdentityReviewRaised,
    MatchTier,
    ParticipantRecontacted,
    PersonPart,
)


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
