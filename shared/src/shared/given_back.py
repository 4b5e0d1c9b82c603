"""What was typed is given back: when a form is refused, and when the session ended before it came.

A refused form comes back on its own page, filled in, with each error at its field. A form that
arrives without a session is kept for an hour under its form key, sealed with it; the key travels in
a cookie of that browser. Whoever signs in there next finds the form filled in, if it was shown to
them. Nothing of it is in an address or a log.
"""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Scope

from shared import problems
from shared.database import Transaction
from shared.errors import FieldError
from shared.form_filling import Typed, fill_form
from shared.form_keys import SealedBy, SentForm, is_ours, shown_to
from shared.page_headers import own_headers

TYPED_COOKIE = "lead_typed"
KEPT = timedelta(hours=1)
# Longer than every form of ours with its longest texts.
LARGEST_FORM = 64 * 1024
SIGNED_OUT = (
    "You were signed out before this was sent. It is as you typed it: check it and send it."
)
_KEEP = """
INSERT INTO idempotency_key (digest, request_digest, status, body, created_at)
VALUES ($1, $1, 0, $2, $3)
ON CONFLICT (digest) DO UPDATE SET body = excluded.body, created_at = excluded.created_at"""
_FIND = "SELECT body FROM idempotency_key WHERE digest = $1 AND status = 0 AND created_at > $2"


def seen_path(scope: Scope) -> str:
    """The path as the browser has it: a gateway may leave its prefix in or take it off."""
    root, path = problems.root_of(scope), str(scope["path"])
    return path if path.startswith(f"{root}/") else f"{root}{path}"


def page_of_form(request: Request) -> str | None:
    """Path and query of the page of ours that the form was on."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.headers.get("host"):
        return None
    return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path


async def refused_form(app: ASGIApp, request: Request, problem: dict[str, Any]) -> Response | None:
    """The form's page with what was typed; None when the form cannot be shown again."""
    form: SentForm | None = getattr(request.state, "form", None)
    page = page_of_form(request) or seen_path(request.scope)
    if form is None or (body := await _read_page(app, request, page)) is None:
        return None
    errors = [FieldError(e["pointer"], e["code"], e["hint"]) for e in problem["errors"]]
    notice = f"Not recorded. {'' if errors else problem['detail']}".strip()
    typed = Typed(seen_path(request.scope), form.fields, notice, errors)
    filled = fill_form(body, urlsplit(page).path, typed)
    return HTMLResponse(filled, problem["status"], headers=own_headers(request)) if filled else None


async def _read_page(app: ASGIApp, request: Request, page: str) -> str | None:
    """Ask the service's own app for a page, as the same browser."""
    path, _, query = page.partition("?")
    root = problems.root_of(request.scope)
    if not path.startswith(f"{root}/"):
        return None
    if not str(request.scope["path"]).startswith(f"{root}/"):
        path = path.removeprefix(root)
    unlike = (b"content-", b"origin", b"idempotency", b"transfer-encoding")
    scope = {k: v for k, v in request.scope.items() if k not in ("state", "route", "endpoint")} | {
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [h for h in request.scope["headers"] if not h[0].startswith(unlike)],
        "state": {},
        "path_params": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent or sent[0]["status"] != 200 or not _is_html(sent[0]["headers"]):
        return None
    return b"".join(message.get("body", b"") for message in sent[1:]).decode()


def _is_html(headers: Any) -> bool:
    return any(k == b"content-type" and v.startswith(b"text/html") for k, v in headers)


async def keep_typed(request: Request, form: SentForm | None) -> str | None:
    """Keep a form that came without a session. Returns its cookie's value, for this browser."""
    runtime = request.app.state.runtime
    if form is None or form.key is None or not is_ours(runtime.ring, form.key):
        return None
    content = json.dumps([seen_path(request.scope), form.fields]).encode()
    async with runtime.database.transaction() as tx:
        sealed = SealedBy(form.key).seal(content)
        await tx.raw.execute(_KEEP, _digest(tx, form.key), sealed, tx.now)
    return form.key


async def give_back(request: Request, response: Response) -> Response:
    """The page with the form that was kept for this person, if it is on it."""
    key = request.cookies.get(TYPED_COOKIE, "")
    runtime, caller = request.app.state.runtime, request.state.caller
    if not shown_to(runtime.ring, key, caller.sub):
        response.delete_cookie(TYPED_COOKIE, path=cookie_path(request))
        return response
    async with runtime.database.transaction() as tx:
        sealed = await tx.raw.fetchval(_FIND, _digest(tx, key), tx.now - KEPT)
    content = SealedBy(key).open(sealed) if sealed else None
    if content is None:
        return response
    path, fields = json.loads(content)
    typed = Typed(path, [(name, value) for name, value in fields], SIGNED_OUT)
    filled = fill_form(bytes(response.body).decode(), seen_path(request.scope), typed)
    if filled is not None:
        response.body = filled.encode()
        response.headers["content-length"] = str(len(response.body))
    return response


def cookie_path(request: Request) -> str:
    return problems.root_of(request.scope) or "/"


def _digest(tx: Transaction, key: str) -> bytes:
    return tx.ring.digest("typed-form", key)
