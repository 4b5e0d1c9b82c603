"""Every page of every service, errors too: nothing foreign runs, nobody frames or keeps it."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from tests.apps import leaves
from tests.integration.conftest import PACKAGES, OpenStage

from lead.issuer import LocalIssuer
from shared.callers import ROLES, SESSION_COOKIE
from shared.ids import new_id
from shared.page_session import PageRoute
from shared.pages import security_headers

OWN_FORM = {"Sec-Fetch-Site": "same-origin"}
# Nobody runs an issuer here, so that its page of regret is seen too.
NO_ISSUER = "/signin"
COOKIE_FLAGS = {"httponly", "samesite=lax", "path=/"}


def pages(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and address of each page, with a made-up id wherever one is taken."""
    for route in leaves(app.router.routes):
        if isinstance(route, PageRoute):
            for method in sorted(route.methods or ()):
                yield method, re.sub(r"\{\w+\}", str(new_id()), route.path)


def check_cookies(answer: httpx.Response) -> int:
    cookies = answer.headers.get_list("set-cookie")
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert flags >= COOKIE_FLAGS, cookie
    return len(cookies)


def check_page(answer: httpx.Response) -> bool:
    """Whether it is a page at all; a redirect is none."""
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return False
    wanted = security_headers()
    for name in wanted.keys() - {"Content-Security-Policy"}:
        assert answer.headers[name] == wanted[name], (answer.url, name)
    policy = answer.headers["content-security-policy"]
    assert {
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    } <= {part.strip() for part in policy.split(";")}
    assert "unsafe" not in policy
    assert "*" not in policy
    return True


@pytest.mark.parametrize("service", PACKAGES)
async def test_every_page_is_protected(
    open_stage: OpenStage, issuer: LocalIssuer, service: str
) -> None:
    """For strangers, for people of every role, for forms of ours and of others."""
    session = issuer.token(list(ROLES), "king-county", sub="alice")
    signed_in = {"Cookie": f"{SESSION_COOKIE}={session}"}
    async with open_stage(service, log_level="CRITICAL") as stage:
        seen: dict[int, int] = {}
        cookies = 0
        places = sorted(pages(stage.app))
        for who in ({}, signed_in, signed_in | OWN_FORM):
            for method, path in places:
                headers = {"Accept": "text/html", **who}
                answer = await stage.client.request(method, path, headers=headers)
                assert answer.status_code < 500 or path == NO_ISSUER, (path, answer.text)
                assert check_page(answer) or answer.is_redirect, (method, path, answer.headers)
                cookies += check_cookies(answer)
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert len(places) > 3
        assert seen[200]
        assert seen[403]
        assert cookies
