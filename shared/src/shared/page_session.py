"""The session of a person on the pages: who it is, how it goes on, where to sign in again."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from shared import problems
from shared.bodies import UNKNOWN
from shared.callers import SESSION_COOKIE, Caller, Gate, current_caller, gate, refuse_cross_site
from shared.config import ServiceSettings
from shared.errors import DomainError, Unauthenticated
from shared.form_keys import read_form
from shared.given_back import (
    KEPT,
    LARGEST_FORM,
    TYPED_COOKIE,
    cookie_path,
    give_back,
    keep_typed,
    page_of_form,
    seen_path,
)
from shared.idempotency import IdempotentRoute
from shared.page_headers import own_headers
from shared.pipeline import bodies_of

IDLE_SECONDS = 30 * 60
# Browsers drop a larger cookie without a word, which would look like never having signed in.
LARGEST_COOKIE = 4_000


class SignInNeeded(HTTPException):
    """Nobody is signed in: 303 to sign-in and back, or 401 for a script, which must not follow."""

    def __init__(self, request: Request, typed: str | None = None) -> None:
        if is_live(request):
            super().__init__(401)
            return
        headers = {"Location": signin_url(request)}
        if typed is not None:
            # The key of the form that was kept, for this browser.
            kept = Response()
            _set_cookie(kept, request, TYPED_COOKIE, typed, KEPT.total_seconds())
            headers["Set-Cookie"] = kept.headers["set-cookie"]
        super().__init__(303, headers=headers)


def is_live(request: Request) -> bool:
    """Whether the page's own script asks, which wants a status instead of another page."""
    return "x-live" in request.headers


def root_of(request: Request) -> str:
    """The prefix under which a gateway serves this service, without a slash at its end."""
    return problems.root_of(request.scope)


def local_path(wanted: str) -> str | None:
    """`wanted` if it is a path on this address and nothing else: no open redirect."""
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return None
    # Browsers drop tabs and line ends before they read an address.
    return wanted if len(wanted) <= 1_000 and wanted.isascii() and wanted.isprintable() else None


def signin_url(request: Request) -> str:
    """Where to sign in so that the person comes back to where they wanted to go."""
    return f"{root_of(request)}/signin?next={quote(_wanted(request), safe='/')}"


def _wanted(request: Request) -> str:
    if request.method in ("GET", "HEAD"):
        seen = seen_path(request.scope)
        return f"{seen}?{request.url.query}" if request.url.query else seen
    # A form cannot be sent again by going back to it, but the page that it was on can be shown.
    return page_of_form(request) or f"{root_of(request)}/"


def _set_cookie(
    response: Response, request: Request, name: str, value: str, seconds: float
) -> None:
    settings: ServiceSettings = request.app.state.runtime.settings
    response.set_cookie(
        name,
        value,
        max_age=int(seconds),
        path=cookie_path(request),
        httponly=True,
        samesite="lax",
        secure=settings.environment != "embedded",
    )


def start_session(response: Response, settings: ServiceSettings, token: str) -> None:
    """Set the session cookie, or let an open session go on for another idle time."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=IDLE_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.environment != "embedded",
    )


def end_session(response: Response, settings: ServiceSettings) -> None:
    secure = settings.environment != "embedded"
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=secure)


@gate
async def page_caller(request: Request) -> Caller:
    """The person on this page. Raises SignInNeeded; Forbidden for a form of another site."""
    try:
        caller = await current_caller(request)
    except Unauthenticated:
        raise SignInNeeded(request) from None
    request.state.caller = caller
    return caller


class _PageGate(Gate):
    _refusal = "Your roles do not allow this page."

    async def _caller(self, request: Request) -> Caller:
        return await page_caller(request)


def require_page(*roles: str) -> Callable[..., Coroutine[Any, Any, Caller]]:
    """`require` for pages: `Annotated[Caller, Depends(require_page("case-manager"))]`."""
    return _PageGate(roles)


class PageRoute(IdempotentRoute):
    """A route for people: errors become pages (problem_pages), use keeps the session open.

    A form is done once (form_keys), and what was typed comes back (given_back).
    """

    takes_forms = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            try:
                response = await handle(request)
            except SignInNeeded:
                raise SignInNeeded(request, await _keep_typed(request)) from None
            except Exception:
                # For giving back what was typed.
                request.state.form = await read_form(request) if _was_read(request) else None
                raise
            if _is_page(response):
                for name, value in own_headers(request).items():
                    response.headers.setdefault(name, value)
            if hasattr(request.state, "caller") and not is_live(request):
                response = await _with_typed(request, response)
                _go_on(request, response)
            return response

        return handle_page


def _was_read(request: Request) -> bool:
    """Whether the caller was let in, and the body came within its limits."""
    return hasattr(request, "_body")


async def _keep_typed(request: Request) -> str | None:
    """Keep a form of a page of ours for whoever signs in again; its cookie's value."""
    if request.method != "POST" or is_live(request):
        return None
    try:
        refuse_cross_site(request)
        async with bodies_of(request).read(request, UNKNOWN, LARGEST_FORM):
            return await keep_typed(request, await read_form(request))
    except DomainError:
        return None


def _is_page(response: Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/html")


async def _with_typed(request: Request, response: Response) -> Response:
    """Give back what was kept; forget it once a form was carried out."""
    if TYPED_COOKIE not in request.cookies:
        return response
    if request.method == "POST":
        response.delete_cookie(TYPED_COOKIE, path=cookie_path(request))
        return response
    return await give_back(request, response) if _is_page(response) else response


def _go_on(request: Request, response: Response) -> None:
    # Only what a person does counts as use: a page that refreshes itself is not somebody there.
    if token := request.cookies.get(SESSION_COOKIE):
        start_session(response, request.app.state.runtime.settings, token)
