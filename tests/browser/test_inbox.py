"""A jail books somebody while the case manager's inbox is open: the product, before its user."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from tests.browser.conftest import PHONE, sign_in
from tests.e2e.system import RunningSystem, running_system

from lead.city import CASE_MANAGERS, JAIL, now
from lead.people import make_up_person
from lead.reports import booking
from lead.story import Story
from lead.timeline import Timeline

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PERSON = make_up_person()
INBOX = "/notifier/inbox"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSystem]:
    """The whole system, after the story about PERSON."""
    with running_system(tmp_path_factory.mktemp("inbox") / "home") as running:
        async with running.city() as city:
            await Story(city, Timeline(), person=PERSON).play()
        yield running


async def page_of_alice(browser: Browser, system: RunningSystem) -> Page:
    """Her phone, signed in, on her inbox."""
    size: Any = {"width": PHONE[0], "height": PHONE[1]}
    context = await browser.new_context(base_url=system.address, viewport=size)
    page = await context.new_page()
    await page.goto(INBOX)
    await sign_in(page, "alice")
    await expect(page.locator("h1")).to_have_text("Inbox")
    return page


async def book_again(system: RunningSystem) -> None:
    """The jail's system posts another booking of the participant."""
    async with system.city() as city:
        body = booking(city.site, PERSON.as_jail_says, now())
        await city.post(JAIL, "/referral/v1/contacts", body)


async def test_a_booking_appears_and_is_taken_by_keys(
    browser: Browser, system: RunningSystem
) -> None:
    """No reload, no pointer: it comes by itself, j chooses it, a takes it, and the API knows."""
    page = await page_of_alice(browser, system)
    await page.evaluate("() => { window.sameDocument = true }")
    booked = page.locator("[data-item]", has_text=re.compile("Booked"))
    waiting = booked.filter(has=page.get_by_role("button", name="I have this"))
    # The charge's alert, which is called by the booking before it.
    await expect(waiting).to_have_count(1)
    known = await waiting.all_inner_texts()

    await book_again(system)
    await expect(waiting).to_have_count(2)
    [added] = set(map(_number, await waiting.all_inner_texts())) - set(map(_number, known))
    mine = page.locator("[data-item]", has_text=f"tem {added}")
    for _ in range(await page.locator("[data-item]").count()):
        if await mine.evaluate("item => item.contains(document.activeElement)"):
            break
        await page.keyboard.press("j")
    await page.keyboard.press("a")
    # The card stays under the reader, without its button; below it stands as done.
    await expect(mine).to_contain_text("Done")
    await expect(mine.get_by_role("button", name="I have this")).to_be_disabled()
    await expect(page.locator("#ended")).to_contain_text(f"item {added}")
    assert await page.evaluate("() => window.sameDocument")

    async with system.city() as city:
        alerts = await city.items(CASE_MANAGERS[0], "/notifier/v1/alerts")
    [alert] = [alert for alert in alerts if alert["number"] == int(added)]
    assert (alert["state"], alert["answered_by"]) == ("acknowledged", "alice")


def _number(card: str) -> str:
    """The number of a card's item."""
    found = re.search(r"tem (\d+)", card)
    assert found is not None
    return found[1]
