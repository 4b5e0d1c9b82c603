"""The shell in a real browser: how it looks, by keyboard only, without script."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, sign_in
from tests.website import PREFIX, Website

from shared.errors import Conflict

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LETTERS = f"{PREFIX}/operations/dead-letters"
LARGEST_PAGE = 60_000

# What a finger must hit: not links inside a sentence, which may be as high as their line.
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, .button, nav a, h2 a, summary, textarea, input:not([type=hidden], [type=checkbox])")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44)
  .map((e) => e.outerHTML.slice(0, 80))"""
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (e) => { for (; e; e = e.parentElement) {
    const color = rgb(getComputedStyle(e).backgroundColor); if (color[3] === 255) return color; }
    return [255, 255, 255, 255]; };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), weak = [];
  for (let node; node = texts.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) weak.push(node.data.trim());
  }
  return weak; }"""


async def _assert_good(page: Page) -> None:
    assert not await page.evaluate(TOO_WIDE), page.url
    assert await page.evaluate(SMALL_TARGETS) == [], page.url
    assert await page.evaluate(CONTRAST) == [], page.url
    assert await page.locator("h1").count() == 1
    assert await page.locator("html[lang]").count() == 1


def _weight(sizes: dict[str, int]) -> int:
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_pages_fit_and_can_be_read(
    open_page: OpenPage, website: Website, size: tuple[int, int], scheme: str
) -> None:
    """No sideways scrolling, targets for fingers, contrast 4.5:1, no error, under 60 KB."""
    long = "assignment-of-somebody-" * 6
    letter = await website.add_letter(Conflict(long))
    complaints: list[str] = []
    finished: list[Any] = []
    async with open_page(size=size, color_scheme=scheme) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfinished", lambda request: finished.append(request))
        await page.goto(LETTERS)
        await _assert_good(page)
        await sign_in(page, "ops")
        await _assert_good(page)
        await page.goto(f"{LETTERS}/{letter}")
        for closed in await page.locator("summary").all():
            await closed.click()
        await _assert_good(page)
        assert not complaints
        await page.goto(f"{PREFIX}/notes")
        await _assert_good(page)
        # While the page is open: a closed one no longer answers.
        weights = {request.url: _weight(await request.sizes()) for request in list(finished)}
    files = sum(weight for url, weight in weights.items() if "/static/" in url)
    pages = [weight for url, weight in weights.items() if "/static/" not in url]
    assert files + max(pages) < LARGEST_PAGE


async def test_a_letter_is_discarded_without_script(open_page: OpenPage, website: Website) -> None:
    """Signing in, deciding and signing out work with script switched off."""
    letter = await website.add_letter(Conflict("whatever"))
    async with open_page(sub="ops", java_script_enabled=False) as page:
        await expect(page.locator("[data-hide]").first).to_be_hidden()
        await page.click(f"#letter-{letter} a")
        await page.fill("textarea", "known test data")
        await page.click("text=Discard >> nth=0")
        await expect(page.get_by_text("Discarded by ops")).to_be_visible()
        await page.click("text=Sign out")
        await expect(page.locator("h1")).to_have_text("You are signed out")
        await page.goto(LETTERS)
        await expect(page.locator("h1")).to_have_text("Who are you today?")


async def test_a_letter_is_redriven_by_keyboard(open_page: OpenPage, website: Website) -> None:
    """From the sign-in desk to the decision without touching anything but keys."""
    letter = await website.add_letter(Conflict("whatever"))
    async with open_page(size=DESKTOP) as page:
        await page.goto(LETTERS)
        while await page.evaluate("document.activeElement.value") != "ops":
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Dead letters")
        # Keys are heard once their script has run.
        await page.wait_for_load_state("load")
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("j")
        await expect(page.locator(f"#letter-{letter}")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("h2")).to_contain_text(["The message"])
        while await page.evaluate("document.activeElement.tagName") != "TEXTAREA":
            await page.keyboard.press("Tab")
        # Letters that are keys elsewhere are letters here.
        await page.keyboard.type("hajk?")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Re-driven by ops")).to_be_visible()
        await expect(page.get_by_text("hajk?")).to_be_visible()


async def test_h_hides_the_page_and_keys_can_be_switched_off(open_page: OpenPage) -> None:
    """Somebody looks on: one key, and nothing is to be read, until it is pressed again."""
    async with open_page(sub="ops", size=DESKTOP) as page:
        await expect(page.locator(".who [data-hide]")).to_be_visible()
        await page.keyboard.press("h")
        await expect(page.locator("h1")).to_be_hidden()
        await expect(page.locator(".who .name")).to_be_hidden()
        await page.keyboard.press("h")
        await expect(page.locator("h1")).to_be_visible()
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await page.uncheck("#keys-on")
        await page.keyboard.press("Escape")
        await page.reload()
        await page.keyboard.press("h")
        await expect(page.locator("h1")).to_be_visible()
        await page.click(".who [data-hide]")
        await expect(page.locator("h1")).to_be_hidden()


async def test_no_script_of_another_kind_runs(open_page: OpenPage) -> None:
    """Even if markup got in, the page's policy does not let it act."""
    async with open_page(sub="ops") as page:
        await page.evaluate(
            """() => { const s = document.createElement("script"); s.textContent = "window.x = 1";
                       document.body.append(s); }"""
        )
        assert await page.evaluate("window.x") is None
        cookies = await page.context.cookies()
        assert await page.evaluate("document.cookie") == ""
    assert {c["name"]: c["httpOnly"] for c in cookies}["lead_session"] is True
    assert "ops" not in json.dumps([c["name"] for c in cookies])
