"""Pages for people: templates over one shell, static files, security headers, errors as pages.

A service's page routes live in `APIRouter(route_class=PageRoute, include_in_schema=False)`, take
`Annotated[Caller, Depends(require_page(...))]` and `Tx`, and answer with `PAGES.render(...)` where
`PAGES = templates("<package>")`. Names for templates: see `PageTemplates.render`. Templates extend
`shell.html` (blocks `title`, `content`, `live`; `{% set here = "Inbox" %}` marks the entry).

What `live.js` and `keys.js` look for; without them everything works by links, forms and reloading:
- `<main data-live="/notifier/v1/stream">` (any element): every event with data refreshes the
  fragments. The stream sends at least a comment a minute and honors `Last-Event-ID`.
- `<ul id=... data-fragment="/notifier/inbox">`: filled from the element of that id at that address.
- `<li id=... data-item>`: a card in it, newest first; kept, changed in place, removed, or added.
  Keys: j k choose, Enter follows its `[data-open]`, a presses the button of its acknowledgement
  form, o its `[data-handover]`. `<... id=... data-part>`: anything else that changes (counts).
- `<form method="post" data-acknowledge>`: sent with an `Idempotency-Key` until answered, over lost
  network and reload; `[data-state]` in it says how far it is. The route uses `Tx` (which claims the
  key) and answers 303 to a page, as it does without script.
- Requests of the script carry `X-Live`: they get problem documents and 401, never a sign-in page.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from shared.audit import unaudited
from shared.callers import Caller
from shared.config import ServiceSettings
from shared.errors import NotFound
from shared.navigation import Entry, entries_for, places_of
from shared.page_session import PageRoute, page_caller, root_of
from shared.page_time import ago, clock_time, short_date
from shared.pipeline import any_query

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
A_YEAR = "public, max-age=31536000, immutable"

router = APIRouter(tags=["pages"], include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class StaticFile:
    """One file of the package, read once: whatever is not listed cannot be asked for."""

    body: bytes
    media_type: str
    version: str


def _read_static() -> dict[str, StaticFile]:
    found = {}
    for file in (files("shared") / "static").iterdir():
        body, kind = file.read_bytes(), file.name.rpartition(".")[2]
        if kind in MEDIA_TYPES:
            digest = sha256(body).hexdigest()[:16]
            found[file.name] = StaticFile(body, MEDIA_TYPES[kind], digest)
    return found


STATIC = _read_static()


def static_path(root: str, name: str) -> str:
    """The address of a static file; it changes with the content, so it may be kept for a year."""
    return f"{root}/static/{name}?v={STATIC[name].version}"


@router.get("/static/{name}")
@any_query("a file's version, and whatever a browser's tools add to get past a cache")
@unaudited("fixed files")
async def static_file(request: Request, name: str) -> Response:
    file = STATIC.get(name)
    if file is None:
        raise NotFound
    current = request.query_params.get("v") == file.version
    headers = {
        "ETag": f'"{file.version}"',
        "Cache-Control": A_YEAR if current else "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)


def security_headers(form_targets: str = "") -> dict[str, str]:
    """What every page carries. `form_targets`: origins that a form may end at, after redirects."""
    policy = (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_targets}".strip()
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Not no-referrer: it makes browsers send `Origin: null` with our own forms, and older ones
        # send nothing else by which a form of ours can be told from a forged one.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store",
    }


@dataclass(frozen=True)
class _Moment:
    now: datetime
    site: str | None


_rendering: ContextVar[_Moment] = ContextVar("rendering")


def _clock_time(value: datetime, site: str | None = None) -> str:
    return clock_time(value, site or _rendering.get().site)


def _short_date(value: datetime, site: str | None = None) -> str:
    return short_date(value, site or _rendering.get().site)


def environment(package: str) -> Environment:
    """Templates of a package, then shared's: escaped, and a name that is missing is an error."""
    loaders: list[BaseLoader] = [PackageLoader("shared")]
    if package != "shared":
        loaders.insert(0, PackageLoader(package))
    found = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["ago"] = lambda value: ago(value, _rendering.get().now)
    found.filters["clock_time"] = _clock_time
    found.filters["short_date"] = _short_date
    return found


class PageTemplates:
    """Renders one package's templates."""

    def __init__(self, package: str) -> None:
        self._environment = environment(package)

    def render(
        self,
        request: Request,
        name: str,
        *,
        caller: Caller | None,
        status: int = 200,
        **context: Any,
    ) -> HTMLResponse:
        """A page. Templates get `context` and: `caller`, `now`, `site` (of a caller with one site),
        `url(path)` and `static(name)` with this service's prefix, `navigation`, `service`, `root`.
        """
        runtime, root = request.app.state.runtime, root_of(request)
        site = next(iter(caller.sites)) if caller and len(caller.sites) == 1 else None
        given = {
            "caller": caller,
            "site": site,
            "now": runtime.clock.now(),
            "root": root,
            "service": runtime.service.name,
            "url": lambda path: f"{root}{path}",
            "static": lambda file: static_path(root, file),
            "navigation": _navigation(request, caller),
        }
        values = given | context
        token = _rendering.set(_Moment(values["now"], values["site"]))
        try:
            body = self._environment.get_template(name).render(values)
        finally:
            _rendering.reset(token)
        headers = security_headers(_form_targets(runtime.settings))
        return HTMLResponse(body, status, headers=headers)


def templates(package: str) -> PageTemplates:
    """`templates("notifier")`: the pages in that package's `templates/`, over the shared shell."""
    return PageTemplates(package)


def _form_targets(settings: ServiceSettings) -> str:
    # A form sent after the session ended is redirected to the issuer; browsers check that too.
    issuer = urlsplit(settings.oidc_issuer)
    return f"{issuer.scheme}://{issuer.netloc}"


def _navigation(request: Request, caller: Caller | None) -> list[Entry]:
    service, root = request.app.state.runtime.service.name, root_of(request)
    return entries_for(caller, places_of(service, root)) if caller else []


SHELL = templates("shared")


@router.get("/")
async def home(request: Request, caller: Annotated[Caller, Depends(page_caller)]) -> Response:
    """The first page that the person may use."""
    if entries := _navigation(request, caller):
        return RedirectResponse(entries[0].href, 303)
    return SHELL.render(request, "nothing.html", caller=caller)


__all__ = [
    "SHELL",
    "STATIC",
    "PageRoute",
    "PageTemplates",
    "environment",
    "router",
    "security_headers",
    "static_path",
    "templates",
]
