"""The review queue as a page: two records side by side, decided by plain forms."""

import re
from datetime import timedelta

from tests.integration.casework.builders import Headers, booking, charge, open_a_file
from tests.integration.casework.uncertain import PROBABLY_SAM
from tests.integration.conftest import OpenStage

from shared.callers import SESSION_COOKIE
from shared.events import ParticipantRecontacted, WarrantCleared


def cookie(who: dict[str, str]) -> dict[str, str]:
    token = who["Authorization"].removeprefix("Bearer ")
    return {"Cookie": f"{SESSION_COOKIE}={token}", "Sec-Fetch-Site": "same-origin"}


async def test_a_question_is_seen_and_answered(open_stage: OpenStage, headers: Headers) -> None:
    """Both sides, why it is asked, the clock; one press answers, and the queue is empty again."""
    async with open_stage("casework") as stage:
        iris = cookie(headers("identity-reviewer", sub="iris"))
        empty = await stage.client.get("/reviews", headers=iris)
        assert "Nothing waiting." in empty.text
        await open_a_file(stage)
        await stage.deliver_and_handle(booking(PROBABLY_SAM))
        page = (await stage.client.get("/reviews", headers=iris)).text
        for text in ("1 waiting.", "03 Jan 1980", "02 Jan 1980", "mistyped?", "answer by"):
            assert text in page
        shown = re.sub(r'\b(?:id|action|datetime)="[^"]*"', "", page)
        assert "1629" not in shown, "numbers are digests, and never shown (R-25)"
        assert "J-77" not in page
        address = page.partition('action="/reviews/')[2].partition('"')[0]
        form = {"decision": "same"}
        answer = await stage.client.post(f"/reviews/{address}", data=form, headers=iris)
        assert (answer.status_code, answer.headers["location"]) == (303, "/reviews")
        assert len(await stage.published(ParticipantRecontacted)) == 1
        assert "Nothing waiting." in (await stage.client.get("/reviews", headers=iris)).text


async def test_a_question_is_called_by_what_the_court_said(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A stayed warrant must not read as a quashed one."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        values = charge(PROBABLY_SAM).model_dump(exclude={"id", "kind", "filed_at"})
        await stage.deliver_and_handle(WarrantCleared(**values, outcome="stayed"))
        page = (
            await stage.client.get("/reviews", headers=cookie(headers("identity-reviewer")))
        ).text
        assert "Warrant stayed" in page
        assert "Warrant quashed" not in page


async def test_the_page_is_for_reviewers_of_the_site(
    open_stage: OpenStage, headers: Headers
) -> None:
    """R-10, R-32: nobody else gets in, and another site's questions are not there."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        await stage.deliver_and_handle(booking(PROBABLY_SAM))
        for role in ("liaison-prosecutor", "agency-reporter", "case-manager"):
            answer = await stage.client.get("/reviews", headers=cookie(headers(role)))
            assert answer.status_code == 403
        theirs = cookie(headers("identity-reviewer", "santa-fe"))
        assert "Nothing waiting." in (await stage.client.get("/reviews", headers=theirs)).text


async def test_the_next_clock_comes_first(open_stage: OpenStage, headers: Headers) -> None:
    """Custody has hours, a stop a day: who came last may have to be answered first."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        stop = booking(PROBABLY_SAM, contact_type="field_contact_no_enforcement")
        custody = booking(PROBABLY_SAM, record="BK-2")
        await stage.deliver_and_handle(stop)
        await stage.deliver_and_handle(custody)
        iris = cookie(headers("identity-reviewer"))
        page = (await stage.client.get("/reviews", headers=iris)).text
        assert page.index("Booking") < page.index("Field contact no enforcement")
        stage.clock.advance(timedelta(hours=5))
        assert "late" in (await stage.client.get("/reviews", headers=iris)).text
