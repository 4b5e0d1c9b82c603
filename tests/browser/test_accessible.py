"""Every page that a person can open, with what a story leaves on it, held to WCAG 2.2 AA by axe."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from tests.browser.conftest import PHONE, sign_in
from tests.e2e.system import RunningSystem, running_system

from lead.city import JAIL, SUPERVISOR, Actor, now
from lead.reports import booking
from lead.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
OPEN_ALL = "() => document.querySelectorAll('details').forEach((part) => part.open = true)"


@dataclass(frozen=True)
class Place:
    """A page: who opens it, at which address, and by which link from there."""

    name: str
    path: str
    sub: str | None = None
    link: str | None = None
    then: str = ""


# A folder to leave pictures in, as docs/case-managers shows them.
PICTURES = os.environ.get("PICTURES")
REVIEWER = Actor("identity-reviewer", "iris")
OPS = Actor("ops", "ops")
FILE = "main a[href*='/participants/']"
PLACES = (
    Place("landing", "/"),
    Place("sign-in", "/casework/signin"),
    Place("inbox", "/notifier/inbox", "alice"),
    Place("alert", "/notifier/inbox", "alice", "main a[href*='/alerts/']"),
    Place("inbox-of-all", "/notifier/inbox", "carla"),
    Place("inbox-of-emergencies", "/notifier/inbox", "petra"),
    Place("team", "/notifier/team", "carla"),
    Place("contact-methods", "/notifier/me", "alice"),
    Place("coverage", "/notifier/coverage", "alice"),
    Place("coverage-of-all", "/notifier/coverage", "carla"),
    Place("caseload", "/casework/caseload", "alice"),
    Place("team-board", "/casework/caseload", "carla"),
    Place("file", "/casework/caseload", "alice", FILE),
    Place("intake", "/casework/caseload", "alice", FILE, "/intake"),
    Place("plan", "/casework/caseload", "alice", FILE, "/plan"),
    Place("consents", "/casework/caseload", "alice", FILE, "/consents"),
    Place("workgroup", "/casework/workgroup", "carla"),
    Place("reviews", "/casework/reviews", "iris"),
    Place("referrals", "/referral/referrals", "dana"),
    Place("referral", "/referral/referrals?state=enrolled", "dana", "main a[href*='/referrals/']"),
    Place("liaison-desk", "/prosecution/desk", "leo"),
    Place("dead-letters", "/casework/operations/dead-letters", "ops"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSystem]:
    """The story was played, and a report left that only a person can say whom it is about."""
    with running_system(tmp_path_factory.mktemp("axe") / "home", story=True) as running:
        async with running.city() as city:
            [file] = await city.items(SUPERVISOR, "/casework/v1/participants")
            access = {"site": city.site, "org": "kcpao", "may_receive": ["engagement_fact"]}
            emergency = {"onward": [], "hours": 2, "reason": "court_deadline"}
            await city.post(OPS, "/prosecution/v1/partners/break-glass", access | emergency)
            twin = {**{name: file["person"][name] for name in ("surname", "dob")}, "given": "Twin"}
            await city.post(JAIL, "/referral/v1/contacts", booking(city.site, twin, now()))

            async def is_asked() -> bool:
                return bool(await city.items(REVIEWER, "/casework/v1/reviews"))

            await eventually("the reviewer's question", is_asked)
        yield running


@asynccontextmanager
async def opened(browser: Browser, system: RunningSystem, place: Place) -> AsyncIterator[Page]:
    """The page in a fresh profile, signed in by pressing a name."""
    size: Any = {"width": PHONE[0], "height": PHONE[1]}
    context = await browser.new_context(base_url=system.address, viewport=size, has_touch=True)
    page = await context.new_page()
    await page.goto(place.path)
    if place.sub is not None:
        await sign_in(page, place.sub)
    if place.link is not None:
        address = await page.locator(place.link).first.get_attribute("href")
        await page.goto(f"{address}{place.then}")
    yield page
    await context.close()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
async def test_axe_finds_no_barrier(browser: Browser, system: RunningSystem, place: Place) -> None:
    """Light and dark, with everything unfolded; a rule that is broken is named with its places."""
    async with opened(browser, system, place) as page:
        assert await page.locator("h1").count() == 1, page.url
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"{place.name}.png", full_page=True)
        await page.evaluate(OPEN_ALL)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            found = await Axe().run(page, options=OPTIONS)
            broken = {
                rule["id"]: [node["html"][:160] for node in rule["nodes"]]
                for rule in found.response["violations"]
            }
            assert not broken, f"{page.url} ({scheme}): {broken}"
