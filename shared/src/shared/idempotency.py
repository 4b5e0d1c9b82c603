"""One transaction per request, and `Idempotency-Key`: a repeated request gets the stored answer.

The key is claimed in the request's own transaction and the answer is stored in it, so both exist
or neither does. A page's form carries its key in a field (shared/form_keys.py).
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from shared.audit import ids_in_path
from shared.callers import Caller, current_caller
from shared.database import Database, Transaction
from shared.errors import Conflict, Gone, Invalid
from shared.form_keys import SentForm, read_form
from shared.pipeline import CheckedRoute
from shared.sealing import KeyRing
from shared.stored_answers import StoredAnswer, is_shown_once, keep

_CLAIM = """
INSERT INTO idempotency_key (digest, request_digest, created_at) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING digest"""
_FORGET = "DELETE FROM idempotency_key WHERE digest = $1 AND created_at < $2"
# A form without a key is known by its content only: for as long as a second press may take.
UNKEYED_FORM_REMEMBERED = timedelta(minutes=1)


class StillInProgress(Conflict):
    """A request with this Idempotency-Key is being carried out right now: repeat it shortly."""


class KeyReused(Invalid):
    """This Idempotency-Key was used for a different request: use a new key."""


class FormSentBefore(Invalid):
    """This form was sent already, with other content. Check what was recorded, then send this."""


class AnswerNotKept(Gone):
    """This request was carried out; its answer is not kept. Read the record for how it is now."""


class _Replay(Exception):
    def __init__(self, answer: StoredAnswer) -> None:
        self.response = answer.response()


def key_of(request: Request) -> str | None:
    """The key under which this request is carried out once; None: it has none."""
    return request.headers.get("idempotency-key") or None


async def open_transaction(
    request: Request, caller: Annotated[Caller, Depends(current_caller)]
) -> AsyncIterator[Transaction]:
    """Commits before the response is sent (`scope="function"`), so a failing COMMIT is an error."""
    async with claimed_transaction(request, caller) as tx:
        yield tx


Tx = Annotated[Transaction, Depends(open_transaction, scope="function")]


@asynccontextmanager
async def claimed_transaction(request: Request, caller: Caller) -> AsyncIterator[Transaction]:
    """The request's transaction, in which the caller has claimed its key or its form's."""
    database: Database = request.app.state.runtime.database
    async with database.transaction() as tx:
        if request.method == "POST":
            if key := key_of(request):
                await _claim(request, caller, key, tx)
            elif (form := await _form_of(request)) is not None and form.fields:
                await _claim_form(request, caller, form, tx)
        request.state.tx = tx
        yield tx


async def _form_of(request: Request) -> SentForm | None:
    """What a page's form sent; the body was read before this."""
    is_page = getattr(request.scope.get("route"), "takes_forms", False)
    return await read_form(request) if is_page else None


async def _claim(request: Request, caller: Caller, key: str, tx: Transaction) -> None:
    # The caller is part of the key: two clients never meet in one.
    digest = tx.ring.digest("idempotency", caller.sub, request.url.path, key)
    if not await tx.raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", _lock_of(digest)):
        raise StillInProgress(retry_after=1)
    await _take(request, caller, digest, tx, KeyReused)


async def _claim_form(request: Request, caller: Caller, form: SentForm, tx: Transaction) -> None:
    """A browser shows the answer to the last press: it waits for the first instead of failing."""
    digest = tx.ring.digest("idempotency", caller.sub, request.url.path, form.claim)
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", _lock_of(digest))
    if form.key is None:
        await tx.raw.execute(_FORGET, digest, tx.now - UNKEYED_FORM_REMEMBERED)
    await _take(request, caller, digest, tx, FormSentBefore)


def _lock_of(digest: bytes) -> int:
    return int.from_bytes(digest[:8], signed=True)


async def _take(
    request: Request, caller: Caller, digest: bytes, tx: Transaction, reused: type[Invalid]
) -> None:
    """The key is this request's now, or an earlier one's answer is given (as an exception)."""
    same = await _request_digest(request, caller, tx.ring)
    if await tx.raw.fetchval(_CLAIM, digest, same, tx.now):
        request.state.idempotency = (tx, digest)
        return
    stored = await tx.raw.fetchrow("SELECT * FROM idempotency_key WHERE digest = $1", digest)
    if stored["request_digest"] != same:
        raise reused
    answer = StoredAnswer.read(stored, tx.ring)
    if answer.body is None:
        raise AnswerNotKept
    raise _Replay(answer)


async def _request_digest(request: Request, caller: Caller, ring: KeyRing) -> bytes:
    """What has to be the same for the stored answer to be given: also where the caller belongs."""
    return ring.digest(
        "request",
        " ".join(sorted(caller.sites)),
        " ".join(sorted(caller.roles)),
        caller.agency or "",
        request.scope.get("query_string", b"").decode("latin-1"),
        (await request.body()).decode("latin-1"),
    )


class IdempotentRoute(CheckedRoute):
    """Stores the answer beside the claimed key, before the transaction commits."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle, once = super().get_route_handler(), is_shown_once(self.endpoint)

        async def handle_once(request: Request) -> Response:
            try:
                response = await handle(request)
            except _Replay as replay:
                return replay.response
            if claimed := getattr(request.state, "idempotency", None):
                await _store(request, response, once, *claimed)
            return response

        return handle_once


async def _store(
    request: Request, response: Response, shown_once: bool, tx: Transaction, digest: bytes
) -> None:
    if response.status_code >= 400:
        # Not an answer to give again: the next request with this key is carried out.
        await tx.raw.execute("DELETE FROM idempotency_key WHERE digest = $1", digest)
        return
    answer = StoredAnswer.of(response)
    if shown_once:
        answer = replace(answer, body=None, etag=None)
    await keep(tx, digest, answer, ids_in_path(request) | tx.concerns)
