"""The page shell: headers, static files, escaping, errors as pages, problem codes explained."""

import re

import httpx
import pytest
from jinja2 import UndefinedError
from starlette.requests import Request
from tests.website import NOTES, PREFIX, Website, sign_in

from shared.callers import SESSION_COOKIE, Caller
from shared.navigation import HERE, PLACES, entries_for, places_of
from shared.pages import SHELL, STATIC

pytestmark = pytest.mark.asyncio(loop_scope="module")

LETTERS = f"{PREFIX}/operations/dead-letters"
HOSTILE = '<script>alert("x")</script>'


async def test_static_files_are_kept_by_content(website: Website) -> None:
    """A page names files by their content, so a browser asks once; otherwise it may ask again."""
    async with website.client() as client:
        page = await client.get(f"{PREFIX}/signed-out")
        links = re.findall(r'(?:href|src)="([^"]+/static/[^"]+)"', page.text)
        assert len(links) >= 4
        for link in links:
            answer = await client.get(link)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["x-content-type-options"] == "nosniff"
        plain = await client.get(f"{PREFIX}/static/throughline.css")
        assert plain.headers["cache-control"] == "no-cache"
        same = {"If-None-Match": plain.headers["etag"]}
        again = await client.get(f"{PREFIX}/static/throughline.css", headers=same)
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "../templates/shell.html",
        "..%2ftemplates%2fshell.html",
        "%2e%2e/%2e%2e/pages.py",
        "..%5c..%5cpages.py",
        "%2fetc%2fpasswd",
        "throughline.css%00",
        ".",
        "no-such.css",
    ],
)
async def test_nothing_but_the_listed_files_is_served(website: Website, name: str) -> None:
    """No name leads out of the folder: only what was read at start-up can be asked for."""
    async with website.client() as client:
        answer = await client.get(f"{PREFIX}/static/{name}")
    assert answer.status_code in (400, 404, 422)
    assert "{%" not in answer.text
    assert "root:" not in answer.text


def _assert_protected(response: httpx.Response) -> None:
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_every_page_is_protected(website: Website) -> None:
    """Ordinary pages and error pages alike: no foreign script, no frame, nothing kept."""
    async with website.client() as client:
        await sign_in(client, "ops")
        as_person = {"Accept": "text/html"}
        for path, status in (
            (LETTERS, 200),
            (f"{PREFIX}/signed-out", 200),
            (f"{PREFIX}/problems/forbidden", 200),
            (NOTES, 403),
            (f"{LETTERS}/01890000-0000-7000-8000-000000000000", 404),
            (f"{LETTERS}?state=nonsense", 422),
            (f"{PREFIX}/broken", 500),
            (f"{PREFIX}/nowhere", 404),
        ):
            page = await client.get(path, headers=as_person)
            assert page.status_code == status, path
            assert page.headers["content-type"].startswith("text/html"), path
            _assert_protected(page)
            assert not re.search(r"<script(?! src=)|\son\w+=|style=", page.text), path


async def test_an_unexpected_error_tells_nothing_private(website: Website) -> None:
    """What broke is in the log; the page says what the person can do."""
    async with website.client() as client:
        page = await client.get(f"{PREFIX}/broken")
    assert "private" not in page.text
    assert "Nothing was changed" in page.text


async def test_hostile_text_is_shown_as_text(website: Website) -> None:
    """What came from outside is never markup: not in a list, nor a heading, nor a form field."""
    caller = Caller("x", frozenset(["ops"]), frozenset(["king-county"]), name=HOSTILE)
    problem = {"title": HOSTILE, "detail": HOSTILE, "status": 409, "trace_id": '"><img src=x>'}
    page = SHELL.render(_request(website), "error.html", caller=caller, problem=problem)
    text = bytes(page.body).decode()
    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    assert text.count("&lt;script&gt;alert") == 4


async def test_a_missing_name_is_an_error(website: Website) -> None:
    """A template that asks for what nobody gave fails in tests, not silently on a page."""
    with pytest.raises(UndefinedError):
        SHELL.render(_request(website), "error.html", caller=None, problem={"status": 409})


async def test_a_problem_type_resolves_to_its_explanation(website: Website) -> None:
    """The `type` of a problem document leads to words about it, for programs and for people."""
    async with website.client() as client:
        problem = (await client.get(f"{PREFIX}/v1/dead-letters")).json()
        found = (await client.get(problem["type"])).json()
        assert found["code"] == "unauthenticated"
        assert found["status"] == 401
        assert "bearer token" in found["description"]
        page = await client.get(f"{PREFIX}/problems/gone", headers={"Accept": "text/html"})
        assert "erased or retracted" in page.text
        assert (await client.get(f"{PREFIX}/problems/no-such")).status_code == 404


async def test_the_first_page_is_one_the_person_may_use(website: Website) -> None:
    """Signing in without a wish leads somewhere useful, or says that there is nothing."""
    async with website.client() as client:
        await sign_in(client, "ops", f"{PREFIX}/")
        assert (await client.get(f"{PREFIX}/")).headers["location"] == LETTERS
        await sign_in(client, "alice", f"{PREFIX}/")
        assert (await client.get(f"{PREFIX}/")).headers["location"] == "/notifier/inbox"
        await sign_in(client, "petra", f"{PREFIX}/")
        assert (await client.get(f"{PREFIX}/")).headers["location"] == "/notifier/inbox"
        # No page is an agency's.
        agency = website.issuer.token("agency-reporter", "king-county")
        client.cookies.clear()
        client.cookies.set(SESSION_COOKIE, agency)
        assert "Nothing for you here" in (await client.get(f"{PREFIX}/")).text


async def test_a_title_names_nobody(website: Website) -> None:
    """Titles are read over shoulders and kept in histories."""
    letter = await website.add_letter(LookupError(), subject="p_secret")
    async with website.client() as client:
        await sign_in(client, "ops")
        page = await client.get(f"{LETTERS}/{letter}")
    title = re.search("<title>(.*)</title>", page.text)
    assert title is not None
    assert title[1] == "Dead letter · Throughline"


async def test_entries_lead_to_other_services_only_behind_the_gateway() -> None:
    """A service that runs alone cannot know where the others are, so it does not link to them."""
    both = Caller("x", frozenset(["ops", "supervisor"]), frozenset())
    behind = entries_for(both, places_of("casework", "/casework"))
    deeper = entries_for(both, places_of("casework", "/lead/casework"))
    alone = entries_for(both, places_of("casework", ""))
    assert "/notifier/inbox" in [entry.href for entry in behind]
    assert "/lead/notifier/inbox" in [entry.href for entry in deeper]
    own = [place.path for place in PLACES if place.service in ("casework", HERE)]
    assert {entry.href for entry in alone} <= set(own)
    assert "/operations/dead-letters" in [entry.href for entry in alone]


async def test_pages_and_files_stay_small() -> None:
    """First paint on slow 3G: the whole shell within the weight that pages may have."""
    sizes = {name: len(file.body) for name, file in STATIC.items()}
    assert sizes["live.js"] <= 8_192
    assert sizes["throughline.css"] <= 20_480
    assert sum(sizes.values()) <= 40_000


def _request(website: Website) -> Request:
    scope = {"type": "http", "method": "GET", "path": "/", "root_path": PREFIX, "headers": []}
    return Request({**scope, "app": website.app, "query_string": b""})
