"""One transaction per request, and `Idempotency-Key`: a repeated request gets the stored answer.

The key is claimed in the request's own transaction and the answer is stored in it, so both exist
or neither does. Another kind of key, such as a form's, is read in `key_of`.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from shared.audit import ids_in_path
from shared.callers import Caller, current_caller
from shared.database import Database, Transaction
from shared.errors import Conflict, Gone, Invalid
from shared.pipeline import CheckedRoute
from shared.sealing import KeyRing
from shared.stored_answers import StoredAnswer, is_shown_once, keep

_CLAIM = """
INSERT INTO idempotency_key (digest, request_digest, created_at) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING digest"""


class StillInProgress(Conflict):
    """A request with this Idempotency-Key is being carried out right now: repeat it shortly."""


class KeyReused(Invalid):
    """This Idempotency-Key was used for a different request: use a new key."""


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
    database: Database = request.app.state.runtime.database
    async with database.transaction() as tx:
        key = key_of(request)
        if key and request.method == "POST":
            await _claim(request, caller, key, tx)
        request.state.tx = tx
        yield tx


Tx = Annotated[Transaction, Depends(open_transaction, scope="function")]


async def _claim(request: Request, caller: Caller, key: str, tx: Transaction) -> None:
    # The caller is part of the key: two clients never meet in one.
    digest = tx.ring.digest("idempotency", caller.sub, request.url.path, key)
    same = await _request_digest(request, caller, tx.ring)
    lock = int.from_bytes(digest[:8], signed=True)
    if not await tx.raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", lock):
        raise StillInProgress(retry_after=1)
    if await tx.raw.fetchval(_CLAIM, digest, same, tx.now):
        request.state.idempotency = (tx, digest)
        return
    stored = await tx.raw.fetchrow("SELECT * FROM idempotency_key WHERE digest = $1", digest)
    if stored["request_digest"] != same:
        raise KeyReused
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
