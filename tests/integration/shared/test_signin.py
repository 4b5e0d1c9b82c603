"""Signing in to the pages, at the local issuer's desk, over real HTTP."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from itsdangerous import URLSafeTimedSerializer
from tests.website import NOTES, PREFIX, Website, open_website, pick, sign_in, to_the_desk

from lead.postgres import PostgresServer
from lead.sign_in_codes import CODE_SECONDS
from shared.callers import SESSION_COOKIE
from shared.page_session import IDLE_SECONDS, local_path

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_page_leads_through_sign_in_and_back(website: Website) -> None:
    """Who is not signed in gets to the page they wanted, with one press on the way."""
    async with website.client() as client:
        wanted = f"{NOTES}?day=2026-02-03"
        refused = await client.get(wanted)
        assert refused.status_code == 303
        start = refused.headers["location"]
        assert parse_qs(urlsplit(start).query)["next"] == [wanted]
        desk = await client.get(start, follow_redirects=True)
        assert "no passwords" in desk.text
        asked = {name: v[0] for name, v in parse_qs(urlsplit(str(desk.url)).query).items()}
        back = await client.get(await pick(client, asked))
        assert back.headers["location"] == wanted
        page = await client.get(wanted)
        assert page.status_code == 200
        assert page.text == "Alice Arden: 0"


async def test_session_cookie_flags(website: Website) -> None:
    """Out of reach of scripts and of other sites' forms, gone after half an hour."""
    async with website.client() as client:
        asked = await to_the_desk(client)
        response = await client.get(await pick(client, asked))
    cookie = next(
        c for c in response.headers.get_list("set-cookie") if c.startswith(SESSION_COOKIE)
    )
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", f"max-age={IDLE_SECONDS}"} <= flags
    assert "secure" not in flags
    assert response.headers["cache-control"] == "no-store"


async def test_cookies_are_secure_outside_the_embedded_default(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """In production no cookie of ours travels over plain HTTP."""
    production = {"environment": "production"}
    async with (
        open_website(postgres, tmp_path, **production) as website,
        website.client() as client,
    ):
        start = await client.get(f"{PREFIX}/signin")
        # The client keeps a Secure cookie to itself on plain HTTP, as a browser would.
        name, _, value = start.headers["set-cookie"].partition(";")[0].partition("=")
        asked = {n: v[0] for n, v in parse_qs(urlsplit(start.headers["location"]).query).items()}
        back = await pick(client, asked)
        done = await client.get(back, headers={"Cookie": f"{name}={value}"})
    assert done.status_code == 303
    cookies = [*start.headers.get_list("set-cookie"), *done.headers.get_list("set-cookie")]
    assert len(cookies) == 2
    assert all("; Secure" in cookie for cookie in cookies)


async def test_using_a_page_keeps_the_session_and_its_script_does_not(website: Website) -> None:
    """Half an hour counts from the last thing a person did, not from the page's own refreshing."""
    async with website.client() as client:
        await sign_in(client)
        used = await client.get(NOTES)
        assert f"Max-Age={IDLE_SECONDS}" in used.headers["set-cookie"]
        refreshed = await client.get(NOTES, headers={"X-Live": "1"})
        assert refreshed.status_code == 200
        assert "set-cookie" not in refreshed.headers


async def test_a_script_without_session_gets_a_status(website: Website) -> None:
    """A fetch must not be led to the issuer: it gets 401 and leaves the rest to the person."""
    async with website.client() as client:
        response = await client.get(NOTES, headers={"X-Live": "1"})
    assert response.status_code == 401
    assert "location" not in response.headers


@pytest.mark.parametrize(
    "hostile",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/%0d%0aSet-Cookie:x=1\r\n",
        "/" + "a" * 2_000,
    ],
)
async def test_sign_in_never_leads_elsewhere(website: Website, hostile: str) -> None:
    """`next` is a path on this address, or it is ignored."""
    assert local_path(hostile) is None
    async with website.client() as client:
        assert await sign_in(client, next=hostile) == f"{PREFIX}/"


async def test_a_tampered_state_is_refused(website: Website) -> None:
    """A state that we did not sign, or that is old, begins no session."""
    async with website.client() as client:
        back = urlsplit(await pick(client, await to_the_desk(client)))
        query = {name: values[0] for name, values in parse_qs(back.query).items()}
        state = query["state"]
        forged = URLSafeTimedSerializer("x" * 40, salt="lead-signin-state").dumps(["a", "/", "b"])
        for wrong in (f"{state}x", f"x{state}", "", forged):
            answer = await client.get(f"{back.path}?{urlencode({**query, 'state': wrong})}")
            assert answer.status_code == 400
            assert SESSION_COOKIE not in client.cookies
        # None of them used up the code: only our own state could send it on.
        good = await client.get(f"{back.path}?{urlencode(query)}")
        assert good.status_code == 303


async def test_a_state_goes_stale(website: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in that was left lying open must be started again."""
    async with website.client() as client:
        back = await pick(client, await to_the_desk(client))
        monkeypatch.setattr("shared.signin.SIGNIN_SECONDS", -1)
        assert (await client.get(back)).status_code == 400
        assert SESSION_COOKIE not in client.cookies


async def test_another_browser_cannot_be_signed_in(website: Website) -> None:
    """A link with somebody else's code signs nobody in (login CSRF)."""
    async with website.client() as attacker, website.client() as victim:
        back = await pick(attacker, await to_the_desk(attacker), "carla")
        assert (await victim.get(back)).status_code == 400
        # Not even with a sign-in of their own under way.
        await to_the_desk(victim)
        assert (await victim.get(back)).status_code == 400
        assert SESSION_COOKIE not in victim.cookies


async def test_a_stolen_code_is_useless_in_another_sign_in(website: Website) -> None:
    """PKCE: a code only works with the state it was asked for."""
    async with website.client() as client:
        stolen = parse_qs(urlsplit(await pick(client, await to_the_desk(client))).query)["code"][0]
        own = urlsplit(await pick(client, await to_the_desk(client)))
        state = parse_qs(own.query)["state"][0]
        answer = await client.get(own.path, params={"code": stolen, "state": state})
        assert answer.status_code == 400
        assert SESSION_COOKIE not in client.cookies


async def test_a_code_works_once(website: Website) -> None:
    """The address that signed somebody in does nothing when it is opened again."""
    async with website.client() as client:
        back = await pick(client, await to_the_desk(client))
        assert (await client.get(back)).status_code == 303
        client.cookies.delete(SESSION_COOKIE)
        assert (await client.get(back)).status_code == 400
        assert SESSION_COOKIE not in client.cookies


async def test_a_code_expires(website: Website) -> None:
    """A code that was not used within a minute is worth nothing."""
    async with website.client() as client:
        in_time = await pick(client, await to_the_desk(client))
        website.behavior.codes_aged = CODE_SECONDS - 5
        assert (await client.get(in_time)).status_code == 303
        too_late = await pick(client, await to_the_desk(client))
        website.behavior.codes_aged += CODE_SECONDS + 1
        assert (await client.get(too_late)).status_code == 400


async def test_an_answer_of_another_issuer_is_refused(website: Website) -> None:
    """RFC 9207: a code is sent to nobody but the issuer that says it gave it."""
    async with website.client() as client:
        back = await pick(client, await to_the_desk(client))
        assert "iss=" in back
        mixed = re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fother.example", back)
        assert (await client.get(mixed)).status_code == 400


async def test_two_tabs_may_sign_in_at_once(website: Website) -> None:
    """After the session ended, every tab that is still open works again."""
    async with website.client() as client:
        first, second = await to_the_desk(client), await to_the_desk(client, f"{NOTES}?second")
        for asked, wanted in ((second, f"{NOTES}?second"), (first, NOTES)):
            response = await client.get(await pick(client, asked))
            assert response.headers["location"] == wanted


async def test_signing_out_ends_the_session(website: Website) -> None:
    """After it the page asks again; only our own page can press it."""
    async with website.client() as client:
        await sign_in(client)
        forged = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert (await client.post(f"{PREFIX}/signout", headers=forged)).status_code == 403
        assert (await client.get(NOTES)).status_code == 200
        out = await client.post(f"{PREFIX}/signout", headers=website.own_form())
        assert out.headers["location"] == f"{PREFIX}/signed-out"
        assert SESSION_COOKIE not in client.cookies
        assert (await client.get(NOTES)).status_code == 303


async def test_a_token_of_another_audience_signs_nobody_in(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """A token that the pages would refuse fails at sign-in: no going in circles."""
    changes = {"oidc_audience": "something-else"}
    async with (
        open_website(postgres, tmp_path, **changes) as website,
        website.client() as client,
    ):
        answer = await client.get(await pick(client, await to_the_desk(client)))
    assert answer.status_code == 403
    assert SESSION_COOKIE not in client.cookies


@pytest.mark.parametrize("secret", [None, "short"])
async def test_without_a_secret_pages_say_so(
    postgres: PostgresServer, tmp_path: Path, secret: str | None
) -> None:
    """A service that cannot sign the state says what is missing instead of signing with nothing."""
    changes = {"session_secret": secret}
    async with (
        open_website(postgres, tmp_path, **changes) as website,
        website.client() as client,
    ):
        answer = await client.get(f"{PREFIX}/signin")
    assert answer.status_code == 503
    assert "SESSION_SECRET" in answer.text


async def test_an_issuer_that_is_away_is_told(postgres: PostgresServer, tmp_path: Path) -> None:
    """While nobody can sign in, the page says so and signing out still works."""
    changes = {"oidc_issuer": "http://127.0.0.1:9/auth"}
    async with (
        open_website(postgres, tmp_path, **changes) as website,
        website.client() as client,
    ):
        answer = await client.get(f"{PREFIX}/signin")
        out = await client.post(f"{PREFIX}/signout", headers=website.own_form())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "text/html" in answer.headers["content-type"]
    assert out.status_code == 303
