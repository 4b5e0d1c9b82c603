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
- Every `<form method="post">` carries a one-time key, is carried out once, and comes back as it was
  typed when it is refused or the session ended: see ADR 0050. Text is isolated: see page_markup.
- Requests of the script carry `X-Live`: they get problem documents and 401, never a sign-in page.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shared.audit import unaudited
from shared.callers import Caller
from shared.errors import NotFound
from shared.form_keys import hidden_field, new_form_key
from shared.navigation import Entry, entries_for, places_of
from shared.page_headers import own_headers, security_headers
from shared.page_markup import PageMarkup, isolated, neutral
from shared.page_session import PageRoute, page_caller, root_of
from shared.page_time import ago, clock_time, full_date, short_date, time_of_day
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


@dataclass(frozen=True)
class _Moment:
    now: datetime
    site: str | None
    new_key: Callable[[], str]


_rendering: ContextVar[_Moment] = ContextVar("rendering")


def _clock_time(value: datetime, site: str | None = None) -> str:
    return clock_time(value, site or _rendering.get().site)


def _short_date(value: date, site: str | None = None) -> str:
    rendering = _rendering.get()
    return short_date(value, site or rendering.site, rendering.now)


def _ago(value: datetime) -> str:
    rendering = _rendering.get()
    return ago(value, rendering.now, rendering.site)


def _form_key() -> Markup:
    """A key for each form of a service's page; the sign-in desk and the gateway need none."""
    rendering = _rendering.get(None)
    return hidden_field(rendering.new_key()) if rendering else Markup()


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
        extensions=[PageMarkup],
        finalize=neutral,
    )
    found.globals |= {"isolated": isolated, "form_key": _form_key}
    found.filters |= {
        "ago": _ago,
        "clock_time": _clock_time,
        "short_date": _short_date,
        "full_date": full_date,
        "time_of_day": time_of_day,
    }
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
        sub = caller.sub if caller else ""
        moment = _Moment(values["now"], values["site"], lambda: new_form_key(runtime.ring, sub))
        token = _rendering.set(moment)
        try:
            body = self._environment.get_template(name).render(values)
        finally:
            _rendering.reset(token)
        return HTMLResponse(body, status, headers=own_headers(request))


def templates(package: str) -> PageTemplates:
    """`templates("notifier")`: the pages in that package's `templates/`, over the shared shell."""
    return PageTemplates(package)


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
