"""The live page in a real browser: news, nothing that jumps, and a network that comes and goes."""

import pytest
from playwright.async_api import Page, Route, expect
from tests.board import Board, Card
from tests.browser.conftest import OpenPage, sign_in
from tests.website import PREFIX, Website

from shared.testing import eventually

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BOARD = f"{PREFIX}/board"


@pytest.fixture
def board(website: Website) -> Board:
    """Two cards, the newer one last."""
    website.behavior.board.cards += [Card("1"), Card("2")]
    return website.behavior.board


async def _live(page: Page, board: Board) -> None:
    """Open the board and wait for its stream."""
    await page.goto(BOARD)
    await eventually(lambda: _has_streams(board))


async def _has_streams(board: Board) -> bool:
    return bool(board.streams)


async def _names(page: Page) -> list[str]:
    return await page.locator("[data-item] h2").all_inner_texts()


async def test_news_arrive_on_top_and_are_announced(open_page: OpenPage, board: Board) -> None:
    """A list at rest takes the new card; counts follow; nobody reloads."""
    async with open_page(sub="alice") as page:
        await _live(page, board)
        board.cards.append(Card("3"))
        board.tell()
        await expect(page.locator("#live")).to_have_text("1 new")
        assert await _names(page) == ["Card 3", "Card 2", "Card 1"]
        await expect(page.locator("#count")).to_have_text("3 waiting")


async def test_nothing_moves_under_a_reader(open_page: OpenPage, board: Board) -> None:
    """While a card is in use, news wait behind a word, and come in when asked without a jump."""
    async with open_page(sub="alice") as page:
        await _live(page, board)
        await page.keyboard.press("j")
        top = "document.activeElement.getBoundingClientRect().top"
        before = await page.evaluate(top)
        board.cards += [Card("3"), Card("4")]
        board.tell()
        await expect(page.locator("#live")).to_contain_text("2 new")
        assert await _names(page) == ["Card 2", "Card 1"]
        assert await page.evaluate(top) == before
        await page.click("#live button")
        await expect(page.locator("#card-4")).to_be_attached()
        assert await _names(page) == ["Card 4", "Card 3", "Card 2", "Card 1"]


async def test_typed_text_and_focus_stay(open_page: OpenPage, board: Board) -> None:
    """A card that is written in is left alone; the others change in place."""
    async with open_page(sub="alice") as page:
        await _live(page, board)
        await page.fill("#note-1", "half a sen")
        board.cards[0].text, board.cards[1].text = "changed below", "changed above"
        board.tell()
        await expect(page.locator("#card-2")).to_contain_text("changed above")
        await expect(page.locator("#note-1")).to_have_value("half a sen")
        await expect(page.locator("#note-1")).to_be_focused()
        # Still so when the focus goes elsewhere: what was typed was not sent.
        await page.locator("#card-2 a").focus()
        board.cards[1].text = "changed once more"
        board.tell()
        await expect(page.locator("#card-2")).to_contain_text("changed once more")
        await expect(page.locator("#note-1")).to_have_value("half a sen")


async def test_a_card_that_is_gone_goes(open_page: OpenPage, board: Board) -> None:
    """What somebody else took off the list leaves it, unless it is being used."""
    async with open_page(sub="alice") as page:
        await _live(page, board)
        board.cards.pop(0)
        board.tell()
        await expect(page.locator("#card-1")).to_have_count(0)
        await page.fill("#note-2", "mine")
        board.cards.clear()
        board.tell()
        await expect(page.locator("#count")).to_have_text("0 waiting")
        await expect(page.locator("#note-2")).to_have_value("mine")


async def test_a_broken_stream_is_resumed(open_page: OpenPage, board: Board) -> None:
    """It asks to go on after the last event it saw, and what came meanwhile is shown."""
    async with open_page(sub="alice") as page:
        await _live(page, board)
        board.cards[0].text = "heard of"
        board.tell()
        await expect(page.locator("#card-1")).to_contain_text("heard of")
        board.break_streams()
        await eventually(lambda: _broken(board))
        board.cards.append(Card("3"))
        await expect(page.locator("#card-3")).to_be_visible()
    assert board.resumed_from == [None, "1"]


async def _broken(board: Board) -> bool:
    return not board.streams


async def test_a_lost_network_loses_no_acknowledgement(open_page: OpenPage, board: Board) -> None:
    """Pressed in a dead spot: it says that it waits, and goes out once when the network is back."""
    async with open_page(sub="alice") as page:
        await page.goto(BOARD)
        await page.context.set_offline(True)
        await page.fill("#note-1", "on my way")
        await page.click("#card-1 button")
        await expect(page.locator("#card-1 [data-state]")).to_have_text("Sent, waiting for network")
        await expect(page.locator("#card-1 button")).to_be_disabled()
        assert board.taken == []
        await page.context.set_offline(False)
        await expect(page.locator("#card-1")).to_contain_text("alice has this")
        assert await page.evaluate("sessionStorage.getItem('lead-unsent')") == "[]"
    assert board.taken == [("1", "alice", "going/on my way")]


async def test_an_unsent_acknowledgement_survives_a_reload(
    open_page: OpenPage, board: Board
) -> None:
    """The page was loaded again before the network was back: it is still sent, once."""
    async with open_page(sub="alice") as page:
        await page.goto(BOARD)
        failing = True

        async def fail(route: Route) -> None:
            await (route.abort() if failing else route.continue_())

        await page.route("**/acknowledgement", fail)
        await page.click("#card-1 button")
        await expect(page.locator("#card-1 [data-state]")).to_have_text("Sent, waiting for network")
        await page.reload()
        await expect(page.locator("#card-1 [data-state]")).to_have_text("Sent, waiting for network")
        failing = False
        await expect(page.locator("#card-1")).to_contain_text("alice has this")
    assert len(board.taken) == 1


async def test_a_lost_answer_acknowledges_once(open_page: OpenPage, board: Board) -> None:
    """The server acted, its answer never came: the same key makes the second try harmless."""
    async with open_page(sub="alice") as page:
        await page.goto(BOARD)
        sent: list[str] = []

        async def lose_first(route: Route) -> None:
            sent.append(route.request.headers["idempotency-key"])
            if len(sent) == 1:
                await route.fetch(max_redirects=0)
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/acknowledgement", lose_first)
        await page.click("#card-1 button")
        await expect(page.locator("#card-1")).to_contain_text("alice has this")
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert len(board.taken) == 1


async def test_an_ended_session_is_told_and_nothing_is_lost(
    open_page: OpenPage, board: Board
) -> None:
    """Signed out meanwhile: it says so, leads to sign-in and back, and then sends what waits."""
    async with open_page(sub="alice") as page:
        await page.goto(BOARD)
        await page.context.clear_cookies(name="lead_session")
        await page.click("#card-1 button")
        await expect(page.locator("#card-1 [data-state]")).to_have_text("Waits until you sign in")
        await page.click("#live a")
        await sign_in(page, "alice")
        await expect(page.locator("#card-1")).to_contain_text("alice has this")
    assert [taken[:2] for taken in board.taken] == [("1", "alice")]


async def test_nothing_is_sent_under_another_name(open_page: OpenPage, board: Board) -> None:
    """Somebody else signs in in the same tab: what was left unsent is dropped, not theirs."""
    async with open_page(sub="alice") as page:
        await page.goto(BOARD)
        await page.context.clear_cookies(name="lead_session")
        await page.click("#card-1 button")
        await page.click("#live a")
        await sign_in(page, "ben")
        await expect(page.locator("h1")).to_have_text("Board")
        assert await page.evaluate("sessionStorage.getItem('lead-unsent')") == "[]"
    assert board.taken == []


async def test_a_refused_acknowledgement_says_why(open_page: OpenPage, board: Board) -> None:
    """What the server will not do is told in its words, and can be pressed again."""
    async with open_page(sub="alice") as page:
        await page.goto(BOARD)
        await page.eval_on_selector("#card-1 [name=action]", "field => field.remove()")
        await page.click("#card-1 button")
        await expect(page.locator("#live")).to_contain_text("Not done. One or more fields")
        await expect(page.locator("#card-1 button")).to_be_enabled()
    assert board.taken == []


async def test_a_acknowledges_the_chosen_card(open_page: OpenPage, board: Board) -> None:
    """By keys only: choose with j, take with a; without a choice a does nothing."""
    async with open_page(sub="alice") as page:
        await page.goto(BOARD)
        await page.keyboard.press("a")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("a")
        await expect(page.locator("#card-1")).to_contain_text("alice has this")
        await expect(page.locator("#card-1")).to_be_focused()
    assert [taken[0] for taken in board.taken] == ["1"]


async def test_the_form_works_without_script(open_page: OpenPage, board: Board) -> None:
    """The same button, no script: a plain form, and the page again."""
    async with open_page(sub="alice", java_script_enabled=False) as page:
        await page.goto(BOARD)
        await page.click("#card-1 button")
        await expect(page.locator("#card-1")).to_contain_text("alice has this")
    assert board.taken == [("1", "alice", "going/")]
