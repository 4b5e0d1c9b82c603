"""The system's own Chromium, and pages on a real address to look at with it."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.website import Website, open_website

from lead.postgres import PostgresServer

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE, DESKTOP = (390, 844), (1280, 800)
# What a busy machine may take until a page shows what it should.
expect.set_options(timeout=30_000)

OpenPage = Callable[..., AbstractAsyncContextManager[Page]]


async def sign_in(page: Page, sub: str) -> None:
    """Press a name at the sign-in desk; back when the page it leads to is there, styles and all."""
    desk = page.url
    await page.click(f'button[value="{sub}"]')
    # A press alone waits for nothing: what follows could still see the desk, or a page half there.
    await page.wait_for_url(lambda url: url != desk, wait_until="load")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Skips, by name, where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("NOT RUN: there is no chromium on PATH (Debian: apt install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Website]:
    """A service with pages and the sign-in desk behind one address."""
    async with open_website(postgres, tmp_path_factory.mktemp("website")) as opened:
        yield opened


@pytest.fixture
def website(running: Website) -> Website:
    """The running address, as if nothing had happened on it."""
    running.behavior.reset()
    return running


@pytest.fixture
def open_page(browser: Browser, website: Website) -> OpenPage:
    """`async with open_page(sub="ops") as page:` a fresh browser profile, signed in by pressing."""

    @asynccontextmanager
    async def opened(
        *, sub: str | None = None, size: tuple[int, int] = PHONE, **options: Any
    ) -> AsyncIterator[Page]:
        viewport: Any = {"width": size[0], "height": size[1]}
        context = await browser.new_context(
            base_url=website.address, viewport=viewport, has_touch=size == PHONE, **options
        )
        page = await context.new_page()
        if sub is not None:
            await page.goto("/casework/")
            await sign_in(page, sub)
        yield page
        await context.close()

    return opened
