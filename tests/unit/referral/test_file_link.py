"""The desk's way to a file that a referral was added to."""

from typing import Any

import pytest
from fastapi import Request
from tests.unit.referral.test_referral import referral

from casework.pages.routers import PAGES
from referral.referrals.pages import file_of
from shared.callers import Caller
from shared.events import MatchTier


def seen(root: str, *roles: str) -> str | None:
    known = referral()
    known.attach("p_2", MatchTier.EXACT)
    request = Request({"type": "http", "root_path": root, "headers": []})
    caller = Caller(sub="dana", roles=frozenset(roles), sites=frozenset({"king-county"}))
    return file_of(request, known, caller)


def test_it_leads_to_a_page_of_casework() -> None:
    """A link to a page that is not there is worse than none."""
    address = seen("/referral", "referral-desk", "case-manager")
    assert address == "/casework/participants/p_2"
    routes: list[Any] = [route for router in PAGES for route in router.routes]
    path = address.removeprefix("/casework")
    assert any(r.path_regex.match(path) and "GET" in r.methods for r in routes)


@pytest.mark.parametrize(
    ("root", "roles"),
    [("/referral", ("referral-desk",)), ("", ("referral-desk", "case-manager"))],
)
def test_whom_casework_would_turn_away_gets_no_link(root: str, roles: tuple[str, ...]) -> None:
    """Nor does anybody where casework's pages are elsewhere."""
    assert seen(root, *roles) is None
