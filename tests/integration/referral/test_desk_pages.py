"""The desk's pages: a referral from screening to handoff with plain forms alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from tests.integration.conftest import OpenStage
from tests.integration.referral.desk import ALL_MET, ELIGIBLE, Desk

Headers = Callable[..., dict[str, str]]
HERE = {"Sec-Fetch-Site": "same-origin"}


def words(html: str) -> str:
    """What a person reads."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


async def test_from_screening_to_handoff_by_forms(open_stage: OpenStage, headers: Headers) -> None:
    """Every step answers with the page that shows it, 303; the title names nobody."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        referral = await desk.refer()
        page = f"/referrals/{referral}"

        async def read() -> str:
            return words((await stage.client.get(page, headers=desk.dana)).text)

        async def send(to: str, /, **form: str) -> int:
            answer = await stage.client.post(f"{page}/{to}", data=form, headers=desk.dana | HERE)
            assert answer.headers.get("location", page) == page
            return answer.status_code

        html = (await stage.client.get(page, headers=desk.dana)).text
        assert re.search(r"<title>([^<]*)", html)[1] == "Referral · Throughline"  # type: ignore[index]
        assert "Samuel Testperson" in words(html)
        assert "Source: Seattle Police Department slides" in words(html)
        assert await send("screening", decision="eligible") == 422
        answers = {f"met-{code}": "yes" for code in ALL_MET}
        assert await send("screening", decision="eligible", **answers) == 303
        assert "dana: Eligible" in await read()
        assert await send("handoff", step="called", meeting_place="Pine Street") == 303
        shown = await read()
        assert "Somebody should be there by" in shown
        assert "Meet at: Pine Street" in shown
        gone = await send("handoff", step="dispatched", eta_minutes="10", case_manager="alice")
        assert gone == 303
        assert "On the way: alice, expected at" in await read()
        assert await send("handoff", step="arrived") == 303
        assert await send("handoff", step="custody_relinquished") == 303
        assert "With the program" in await read()
        assert await send("close", reason="handed_off") == 303
        assert await send("decline", declined_by="person") == 409


async def test_the_list_has_the_shortest_clock_on_top(
    open_stage: OpenStage, headers: Headers
) -> None:
    """And says what to do about a late one; names are short, other sites' are not there."""
    async with open_stage("referral") as stage:
        desk = Desk(stage, headers)
        waiting, called = await desk.refer(), await desk.refer()
        await desk.did(called, "screening", ELIGIBLE)
        await desk.did(called, "handoff", {"step": "called"})
        stage.clock.advance(timedelta(minutes=31))
        html = (await stage.client.get("/referrals", headers=desk.dana)).text
        assert html.index(called) < html.index(waiting)
        assert "tell the officer a new time" in words(html)
        assert "Samuel T." in words(html)
        assert "Testperson" not in html
        filtered = await stage.client.get("/referrals?state=received", headers=desk.dana)
        assert called not in filtered.text
        assert waiting in filtered.text
        other = headers("referral-desk", site="santa-fe", sub="uma")
        assert "Nothing open" in words((await stage.client.get("/referrals", headers=other)).text)
        assert (await stage.client.get(f"/referrals/{called}", headers=other)).status_code == 404
        officer = await stage.client.get("/referrals", headers=desk.officer)
        assert officer.status_code == 403
        signed_out = await stage.client.get("/referrals")
        assert (signed_out.status_code, signed_out.headers["location"][:13]) == (
            303,
            "/signin?next=",
        )
