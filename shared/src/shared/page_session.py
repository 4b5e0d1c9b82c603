"""The session of a person on the pages: who it is, how it goes on, where to sign in again."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from shared import problems
from shared.callers import SESSION_COOKIE, Caller, Gate, current_caller, gate
from shared.config import ServiceSettings
from shared.errors import Unauthenticated
from shared.idempotency import IdempotentRoute

IDLE_SECONDS = 30 * 60
# Browsers drop a larger cookie without a word, which would look like never having signed in.
LARGEST_COOKIE = 4_000


class SignInNeeded(HTTPException):
    """Nobody is signed in: 303 to sign-in and back, or 401 for a script, which must not follow."""

    def __init__(self, request: Request) -> None:
        if is_live(request):
            super().__init__(401)
        else:
            super().__init__(303, headers={"Location": signin_url(request)})


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
        root, path = root_of(request), str(request.scope["path"])
        # A gateway may leave its prefix in the path or take it off.
        seen = path if path.startswith(f"{root}/") else f"{root}{path}"
        return f"{seen}?{request.url.query}" if request.url.query else seen
    # A form cannot be sent again by going back to it, but the page that it was on can be shown.
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.headers.get("host"):
        return f"{root_of(request)}/"
    return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path


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
    """A route for people: errors become pages (problem_pages), use keeps the session open."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            response = await handle(request)
            if hasattr(request.state, "caller") and not is_live(request):
                _go_on(request, response)
            return response

        return handle_page


def _go_on(request: Request, response: Response) -> None:
    # Only what a person does counts as use: a page that refreshes itself is not somebody there.
    if token := request.cookies.get(SESSION_COOKIE):
        start_session(response, request.app.state.runtime.settings, token)
