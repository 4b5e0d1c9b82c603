"""Problems for people: what fails on a page becomes a page, and every problem code is explained."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import problems
from shared.audit import unaudited
from shared.errors import DomainError, NotFound
from shared.given_back import refused_form
from shared.page_session import PageRoute, is_live, signin_url
from shared.pages import SHELL

router = APIRouter(tags=["pages"], include_in_schema=False, route_class=PageRoute)


@router.get("/problems/{code}")
@unaudited("fixed pages: what an error means")
async def explain_problem(request: Request, code: str) -> Response:
    """What a problem document's `type` means."""
    found = _problems().get(code)
    if found is None:
        raise NotFound("There is no problem of this name.")
    title, status, text = found
    if "text/html" not in request.headers.get("accept", ""):
        content = {"code": code, "title": title, "status": status, "description": text}
        return JSONResponse(content)
    context: dict[str, Any] = {"code": code, "title": title, "problem_status": status, "text": text}
    return SHELL.render(request, "problem.html", caller=None, **context)


def _problems() -> dict[str, tuple[str, int, str]]:
    found = {
        status.phrase.lower().replace(" ", "-"): (status.phrase, int(status), status.description)
        for status in HTTPStatus
        if status >= 400
    }
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        title, text = HTTPStatus(kind.status).phrase, " ".join((kind.__doc__ or "").split())
        found[kind.code] = (title, kind.status, text)
    internal = HTTPStatus.INTERNAL_SERVER_ERROR
    return found | {"internal": (internal.phrase, 500, internal.description)}


class ProblemPages:
    """Turns the problem document that a page route answered into a page, or the way to sign in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem: list[Message] = []

        async def show(message: Message) -> None:
            if not problem and not (_is_problem(message) and _wants_page(Request(scope))):
                await send(message)
                return
            problem.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                page = await _page(self._app, Request(scope), problem)
                await page(scope, receive, send)

        await self._app(scope, receive, show)


def install(app: FastAPI) -> None:
    """What fails on a page becomes a page. After `problems.install`, whose answers it reads."""
    app.add_middleware(ProblemPages)


def _is_problem(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] < 400:
        return False
    return Headers(raw=message["headers"]).get("content-type", "") == problems.MEDIA_TYPE


def _wants_page(request: Request) -> bool:
    if is_live(request):
        return False
    route = request.scope.get("route")
    # A mount around this app is a route too, but no answer of ours.
    lost = not isinstance(route, APIRoute) and "text/html" in request.headers.get("accept", "")
    return lost or isinstance(route, PageRoute)


async def _page(app: ASGIApp, request: Request, messages: list[Message]) -> Response:
    status, headers = messages[0]["status"], Headers(raw=messages[0]["headers"])
    if status == 401:
        return RedirectResponse(signin_url(request), 303)
    problem = json.loads(b"".join(message.get("body", b"") for message in messages[1:]))
    if form := await refused_form(app, request, problem) if status < 500 else None:
        return form
    caller = getattr(request.state, "caller", None)
    page = SHELL.render(request, "error.html", caller=caller, status=status, problem=problem)
    for name in ("retry-after", "allow"):
        if name in headers:
            page.headers[name] = headers[name]
    return page
