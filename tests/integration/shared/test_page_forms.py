"""Forms of the pages: only ours are carried out, each once, and a lost session loses nothing."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from tests.board import Card
from tests.website import NOTES, PREFIX, Website, sign_in

from shared.callers import SESSION_COOKIE

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "{address}"}, 303),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "{address}"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "{address}"}, 403),
    ],
)
async def test_a_form_of_another_site_is_refused(
    website: Website, headers: dict[str, str], status: int
) -> None:
    """A cookie alone is no permission to write: the form must be one of ours (CSRF)."""
    sent = {name: value.format(address=website.address) for name, value in headers.items()}
    async with website.client() as client:
        await sign_in(client)
        assert (await client.post(NOTES, headers=sent)).status_code == status
        written = (await client.get(NOTES)).text
    assert written == f"Alice Arden: {int(status == 303)}"


async def test_a_bearer_token_needs_no_page(website: Website) -> None:
    """Machines send no cookie, so nobody can make them send one; without either it is 401."""
    token = website.issuer.token("ops", "king-county")
    async with website.client() as client:
        api = f"{PREFIX}/v1/dead-letters"
        body = {"reason": "no such letter"}
        path = f"{api}/01890000-0000-7000-8000-000000000000/discard"
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await client.post(path, json=body, headers=bearer)).status_code == 404
        assert (await client.post(path, json=body)).status_code == 401
        assert (await client.get(api, headers=bearer)).status_code == 200


async def test_a_form_sent_again_is_carried_out_once(website: Website) -> None:
    """What the page's script repeats after a lost answer gets the first answer."""
    async with website.client() as client:
        await sign_in(client)
        headers = {**website.own_form(), "Idempotency-Key": "k1"}
        first = await client.post(NOTES, headers=headers)
        again = await client.post(NOTES, headers=headers)
        other = await client.post(NOTES, headers={**headers, "Idempotency-Key": "k2"})
    assert first.headers["location"] == again.headers["location"] == f"{NOTES}?1"
    assert other.headers["location"] == f"{NOTES}?2"


async def test_a_form_after_the_session_leads_back_to_its_page(website: Website) -> None:
    """Going back to a form's address would be an error; its page is where the person was."""
    page = {"Referer": f"{website.address}{NOTES}?day=1", **website.own_form()}
    async with website.client() as client:
        answer = await client.post(NOTES, headers=page)
        elsewhere = await client.post(NOTES, headers={**page, "Referer": "https://evil.example/x"})
    assert answer.headers["location"] == f"{PREFIX}/signin?next={NOTES}%3Fday%3D1"
    assert elsewhere.headers["location"] == f"{PREFIX}/signin?next={PREFIX}/"


BOARD = f"{PREFIX}/board"
TAKE = f"{BOARD}/one/acknowledgement"
KEY = re.compile(r'<input type="hidden" name="form_key" value="([^"]+)" autocomplete="off">')


async def shown_form(website: Website, client: httpx.AsyncClient) -> dict[str, str]:
    """The fields of the board's form as this rendering has them, with a note typed in."""
    page = (await client.get(BOARD)).text
    # The first key is the one of signing out.
    return {"form_key": KEY.findall(page)[1], "action": "going", "note": "typed <b>"}


def from_board(website: Website) -> dict[str, str]:
    return {"Referer": f"{website.address}{BOARD}", **website.own_form()}


async def test_each_rendering_of_a_form_is_carried_out_once(website: Website) -> None:
    """A second press gets the first answer; the next rendering is another form."""
    website.behavior.board.cards.append(Card("one"))
    async with website.client() as client:
        await sign_in(client)
        first, second = [await shown_form(website, client) for _ in range(2)]
        assert first["form_key"] != second["form_key"]
        for fields in (first, first, second, second):
            answer = await client.post(TAKE, data=fields, headers=from_board(website))
            website.behavior.board.cards[0].taken_by = None
            assert (answer.status_code, answer.headers["location"]) == (303, BOARD)
    assert len(website.behavior.board.taken) == 2


async def test_two_presses_at_once_are_one(website: Website) -> None:
    """The second waits for the first, since a browser shows the answer to the last press."""
    website.behavior.board.cards.append(Card("one"))
    async with website.client() as client:
        await sign_in(client)
        fields = await shown_form(website, client)
        sent = [client.post(TAKE, data=fields, headers=from_board(website)) for _ in range(5)]
        answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [303] * 5
    assert len(website.behavior.board.taken) == 1


async def test_a_form_without_a_key_is_known_by_its_content_for_a_minute(website: Website) -> None:
    website.behavior.board.cards.append(Card("one"))
    fields = {"action": "going", "note": f"without a key {uuid4()}"}
    async with website.client() as client:
        await sign_in(client)
        for _ in range(2):
            await client.post(TAKE, data=fields, headers=from_board(website))
        assert len(website.behavior.board.taken) == 1
        await client.post(TAKE, data={**fields, "note": "other"}, headers=from_board(website))
        assert len(website.behavior.board.taken) == 2
        website.clock.advance(timedelta(seconds=61))
        await client.post(TAKE, data=fields, headers=from_board(website))
    assert len(website.behavior.board.taken) == 3


async def test_a_refused_form_comes_back_as_it_was_typed(website: Website) -> None:
    """With what was wrong at its field; sent again it is carried out under its key."""
    website.behavior.board.cards.append(Card("one"))
    async with website.client() as client:
        await sign_in(client)
        fields = await shown_form(website, client)
        wrong = {**fields, "note": f"typed <b>{'!' * 500}"}
        answer = await client.post(TAKE, data=wrong, headers=from_board(website))
        assert answer.status_code == 422
        assert 'value="typed &lt;b&gt;!!!' in answer.text
        assert "Not recorded." in answer.text
        assert 'id="fault-note">' in answer.text
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        fields["form_key"] = KEY.findall(answer.text)[1]
        done = await client.post(TAKE, data=fields, headers=from_board(website))
        website.behavior.board.cards[0].taken_by = None
        other = {**fields, "note": "another note"}
        changed = await client.post(TAKE, data=other, headers=from_board(website))
    assert done.status_code == 303
    assert (changed.status_code, "sent already" in changed.text) == (422, True)
    assert 'value="another note"' in changed.text
    assert len(website.behavior.board.taken) == 1


async def test_an_ended_session_gives_back_what_was_typed(website: Website) -> None:
    """After signing in, on the form's own page, to the person it was shown to, for an hour."""
    website.behavior.board.cards.append(Card("one"))
    async with website.client() as client:
        await sign_in(client)
        fields = await shown_form(website, client)
        client.cookies.delete(SESSION_COOKIE)
        away = await client.post(TAKE, data=fields, headers=from_board(website))
        assert away.status_code == 303
        assert "typed" not in away.headers["location"]
        assert all("typed <b>" not in str(value) for value in away.headers.values())
        wanted = parse_qs(urlsplit(away.headers["location"]).query)["next"][0]
        back = await client.get(await sign_in(client, next=wanted))
        assert 'value="typed &lt;b&gt;"' in back.text
        assert "You were signed out before this was sent." in back.text
        again = {**fields, "form_key": KEY.findall(back.text)[1]}
        done = await client.post(TAKE, data=again, headers=from_board(website))
        assert done.headers["location"] == BOARD
        website.behavior.board.cards[0].taken_by = None
        assert "typed" not in (await client.get(BOARD)).text
    assert [what for _, _, what in website.behavior.board.taken] == ["going/typed <b>"]


@pytest.mark.parametrize("why", ["another person", "too late", "another site's form"])
async def test_what_was_typed_is_given_to_nobody_else(website: Website, why: str) -> None:
    website.behavior.board.cards.append(Card("one"))
    async with website.client() as client:
        await sign_in(client)
        fields = await shown_form(website, client)
        client.cookies.delete(SESSION_COOKIE)
        headers = from_board(website)
        if why == "another site's form":
            headers |= {"Sec-Fetch-Site": "cross-site"}
        await client.post(TAKE, data=fields, headers=headers)
        if why == "too late":
            website.clock.advance(timedelta(minutes=61))
        await sign_in(client, "ben" if why == "another person" else "alice", next=BOARD)
        assert "typed" not in (await client.get(BOARD)).text


async def test_only_forms_of_ours_are_kept_for_a_lost_session(website: Website) -> None:
    """Who never signed in cannot fill the database."""
    async with website.client() as client:
        for key in ("", "made.up.key", "x" * 90):
            form = {"form_key": key, "note": "typed"}
            away = await client.post(TAKE, data=form, headers=from_board(website))
            assert (away.status_code, "set-cookie" in away.headers) == (303, False)


async def test_what_was_typed_is_sealed_with_its_form_s_key(website: Website) -> None:
    """Neither the text nor the key is in the database."""
    website.behavior.board.cards.append(Card("one"))
    async with website.client() as client:
        await sign_in(client)
        fields = await shown_form(website, client)
        client.cookies.delete(SESSION_COOKIE)
        await client.post(TAKE, data=fields, headers=from_board(website))
    async with website.runtime.database.transaction() as tx:
        rows = await tx.raw.fetch("SELECT i::text AS row, body FROM idempotency_key i")
    kept = "".join(str(row) for row in rows) + "".join(
        str(bytes(row["body"] or b"")) for row in rows
    )
    assert rows
    assert fields["form_key"] not in kept
    assert "typed" not in kept
