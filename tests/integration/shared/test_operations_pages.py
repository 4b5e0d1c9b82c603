"""The dead-letter pages: ops see what is stuck and why, and decide with a reason."""

import re
from typing import Any

import pytest
import pytest_asyncio
from tests.website import PREFIX, Website, sign_in

from shared.errors import Conflict

pytestmark = pytest.mark.asyncio(loop_scope="module")

LETTERS = f"{PREFIX}/operations/dead-letters"


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_letters(website: Website) -> None:
    """Every test starts with none."""
    async with website.runtime.database.transaction() as tx:
        await tx.raw.execute("TRUNCATE dead_letter")


async def state_of(website: Website) -> list[tuple[str, str | None, str | None]]:
    """What the database says about each letter: state, by whom, why."""
    async with website.runtime.database.transaction() as tx:
        rows = await tx.raw.fetch("SELECT state, resolved_by, resolution FROM dead_letter")
    return [tuple(row) for row in rows]


async def test_the_list_says_what_is_stuck(website: Website) -> None:
    """Type, reason and age of each; and a plain word when there is none."""
    async with website.client() as client:
        await sign_in(client, "ops")
        assert "Nothing waits here." in (await client.get(LETTERS)).text
        await website.add_letter(Conflict("the plan was closed"))
        page = (await client.get(LETTERS)).text
    assert "lead.casework.case-manager-assigned.v1" in page
    assert "the plan was closed" in page
    assert "just now" in page
    assert "Open (1)" in page


async def test_a_long_list_is_turned_over(website: Website) -> None:
    """Every letter is on exactly one page."""
    for number in range(27):
        await website.add_letter(Conflict(f"number {number}."))
    async with website.client() as client:
        await sign_in(client, "ops")
        first = (await client.get(LETTERS)).text
        older = re.search(r'href="(\?state=open&amp;after=[^"]+)"', first)
        assert older is not None
        second = (await client.get(LETTERS + older[1].replace("&amp;", "&"))).text
    seen = [re.findall(r"number (\d+)\.", page) for page in (first, second)]
    assert [len(page) for page in seen] == [25, 2]
    assert {int(number) for page in seen for number in page} == set(range(27))


async def test_only_ops_may_look(website: Website) -> None:
    """Neither a case manager nor somebody unknown sees what is in the letters."""
    letter = await website.add_letter(Conflict("secret reason"))
    async with website.client() as client:
        assert (await client.get(LETTERS)).status_code == 303
        await sign_in(client, "alice")
        for path in (LETTERS, f"{LETTERS}/{letter}"):
            page = await client.get(path)
            assert page.status_code == 403
            assert "secret reason" not in page.text
        form = {"reason": "I should not"}
        for act in ("discard", "redrive"):
            answer = await client.post(
                f"{LETTERS}/{letter}/{act}", data=form, headers=website.own_form()
            )
            assert answer.status_code == 403
    assert await state_of(website) == [("open", None, None)]


async def test_a_letter_is_redriven_without_script(website: Website) -> None:
    """Its effect and its resolution are there after one press; the page shows both."""
    letter = await website.add_letter(Conflict("not yet"))
    async with website.client() as client:
        await sign_in(client, "ops")
        page = await client.get(f"{LETTERS}/{letter}")
        assert f'formaction="{LETTERS}/{letter}/redrive"' in page.text
        done = await client.post(
            f"{LETTERS}/{letter}/redrive",
            data={"reason": " the plan is open again "},
            headers=website.own_form(),
            follow_redirects=True,
        )
    assert done.url.path == f"{LETTERS}/{letter}"
    assert "Re-driven by ops" in done.text
    assert await state_of(website) == [("redriven", "ops", "the plan is open again")]


async def test_a_letter_that_fails_again_stays(website: Website) -> None:
    """The page says why, keeps what was typed, and the letter stays open."""
    website.behavior.handling_fails = True
    letter = await website.add_letter(Conflict("first time"))
    async with website.client() as client:
        await sign_in(client, "ops")
        page = await client.post(
            f"{LETTERS}/{letter}/redrive",
            data={"reason": "worth a try"},
            headers=website.own_form(),
        )
    assert page.status_code == 409
    assert "It failed again: LookupError" in page.text
    assert ">worth a try</textarea>" in page.text
    assert await state_of(website) == [("open", None, None)]


@pytest.mark.parametrize("reason", ["", "  ", "no", " a ", "x" * 501])
@pytest.mark.parametrize("act", ["discard", "redrive"])
async def test_a_reason_is_required(website: Website, act: str, reason: str) -> None:
    """Nothing is decided without one; what was typed is there, but for spaces around it."""
    letter = await website.add_letter(Conflict("whatever"))
    async with website.client() as client:
        await sign_in(client, "ops")
        page = await client.post(
            f"{LETTERS}/{letter}/{act}", data={"reason": reason}, headers=website.own_form()
        )
    assert page.status_code == 422
    assert "Say why" in page.text
    assert f">{reason.strip()}</textarea>" in page.text
    assert await state_of(website) == [("open", None, None)]


async def test_a_discarded_letter_is_closed(website: Website) -> None:
    """A second decision about it is refused, on a page that says so."""
    letter = await website.add_letter(Conflict("whatever"))
    async with website.client() as client:
        await sign_in(client, "ops")
        form: dict[str, Any] = {
            "data": {"reason": "test data"},
            "headers": website.own_form(),
        }
        first = await client.post(f"{LETTERS}/{letter}/discard", **form)
        second = await client.post(f"{LETTERS}/{letter}/redrive", **form)
        closed = (await client.get(f"{LETTERS}/{letter}")).text
        listed = (await client.get(LETTERS, params={"state": "discarded"})).text
    assert (first.status_code, second.status_code) == (303, 409)
    assert "already re-driven or discarded" in second.text
    assert "formaction" not in closed
    assert str(letter) in listed
    assert await state_of(website) == [("discarded", "ops", "test data")]


async def test_hostile_letters_do_no_harm(website: Website) -> None:
    """Type, key, headers, payload and reason come from outside: they are shown as text."""
    letter = await website.add_letter(Conflict("x"))
    evil = '</pre><script>alert(1)</script>"'
    async with website.runtime.database.transaction() as tx:
        await tx.raw.execute(
            "UPDATE dead_letter SET type = $1, key = $1, reason = $1, topic = $1,"
            " headers = jsonb_build_object($1::text, $1::text)::text, payload = $1::text::bytea",
            evil,
        )
    async with website.client() as client:
        await sign_in(client, "ops")
        for path in (LETTERS, f"{LETTERS}/{letter}"):
            page = (await client.get(path)).text
            assert "<script>alert" not in page
            assert "&lt;script&gt;alert" in page


async def test_sealed_fields_stay_sealed(website: Website) -> None:
    """The page shows the payload as stored, and no more of a long one than is of use."""
    letter = await website.add_letter(Conflict("x"))
    async with website.runtime.database.transaction() as tx:
        await tx.raw.execute("UPDATE dead_letter SET payload = $1", b"s" * 10_000)
    async with website.client() as client:
        await sign_in(client, "ops")
        page = (await client.get(f"{LETTERS}/{letter}")).text
    assert f"<pre>{'s' * 4_000}</pre>" in page
    assert "The first 4000 of 10000 characters." in page
