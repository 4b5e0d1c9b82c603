"""Search before create: who looks known is told to the desk, and to nobody else."""

import json
from collections.abc import Callable
from uuid import UUID, uuid4

from tests.integration.answers import headers_seen
from tests.integration.conftest import OpenStage
from tests.integration.referral.desk import ELIGIBLE, Desk

from shared.events import (
    IntakeCompleted,
    MatchTier,
    ParticipantErased,
    ParticipantReferred,
    ReferralAttached,
    ReferralErased,
)
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
FILE = "p_0123456789abcdef01234567"


def attached(stage: Stage, referral: str, key: str, tier: MatchTier) -> ReferralAttached:
    """What casework publishes when the person has a file, or looks like somebody who has."""
    return ReferralAttached(
        site="king-county",
        subject=key,
        occurred_at=stage.clock.now(),
        referral_id=UUID(referral),
        referred_as="p_new",
        tier=tier,
    )


async def test_the_desk_learns_who_looks_known_and_the_agency_cannot_tell(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Every answer to the agency is the same, byte for byte, before and after and beside."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        known, similar, stranger = await desk.refer(), await desk.refer(), await desk.refer()
        before = await desk.seen_by_officer(known)
        await stage.deliver_and_handle(
            attached(stage, known, FILE, MatchTier.EXACT),
            attached(stage, similar, "p_new", MatchTier.PROBABLE),
        )
        seen = [(await desk.see(referral))["known"] for referral in (known, similar, stranger)]
        assert seen == [
            {"participant_key": FILE, "sure": True},
            {"participant_key": "p_new", "sure": False},
            None,
        ]
        assert await desk.seen_by_officer(known) == before
        pages = await stage.client.get("/referrals", headers=desk.dana)
        assert pages.text.count("Looks like somebody known") == 2

        answers = set()
        for referral in (known, similar, stranger):
            texts = []
            for method, path in (("GET", ""), ("GET", "/handoff"), ("POST", "/withdraw")):
                url = f"/v1/referrals/{referral}{path}"
                answer = await stage.client.request(method, url, headers=desk.officer)
                text = answer.text.replace(referral, "an id")
                texts.append((answer.status_code, text, headers_seen(answer)))
            answers.add(json.dumps(texts))
        assert len(answers) == 1


async def test_news_of_the_file_moves_the_referral_that_was_added_to_it(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Its key is another than the one that referral gave."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        referral = await desk.refer()
        await stage.deliver_and_handle(attached(stage, referral, FILE, MatchTier.EXACT))
        now = stage.clock.now()
        await stage.deliver_and_handle(
            IntakeCompleted(
                site="king-county", subject=FILE, occurred_at=now, intake_id=uuid4(),
                completed_at=now,
            )
        )  # fmt: skip
        assert (await desk.see(referral))["state"] == "intake_completed"


async def test_an_erased_person_is_gone_from_here_too(
    open_stage: OpenStage, headers: Headers
) -> None:
    """What was said, how it was screened, where to meet, the history; and casework is answered."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        referral, other = await desk.refer(), await desk.refer()
        await desk.did(referral, "screening", ELIGIBLE)
        await desk.did(referral, "handoff", {"step": "called", "meeting_place": "Pine"})
        before = await desk.seen_by_officer(referral)
        key = (await desk.see(referral))["participant_key"]
        erasure = ParticipantErased(
            site="king-county", subject=key, occurred_at=stage.clock.now(), erasure_id=uuid4()
        )
        await stage.deliver_and_handle(erasure)
        [receipt] = await stage.published(ReferralErased)
        assert (receipt.erasure_id, receipt.records) == (erasure.erasure_id, 1)
        gone = await stage.client.get(f"/v1/referrals/{referral}", headers=desk.dana)
        assert gone.status_code == 410
        assert await stage.rows("SELECT 1 FROM screening") == []
        assert await stage.rows("SELECT 1 FROM handoff WHERE meeting_place IS NOT NULL") == []
        left = [str(event.referral_id) for event in await stage.published(ParticipantReferred)]
        assert left == [other]
        assert await desk.seen_by_officer(referral) == before
        assert "Erased" in (await stage.client.get("/referrals", headers=desk.dana)).text
