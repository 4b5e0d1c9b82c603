"""One transaction per request, and `Idempotency-Key`: a repeated request gets the stored answer.

The key is claimed in the request's own transaction and the answer is stored in it, so both exist
or neither does.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from shared.callers import Caller, current_caller
from shared.database import Database, Transaction
from shared.errors import Conflict, Invalid
from shared.pipeline import CheckedRoute

_CLAIM = """
INSERT INTO idempotency_key (digest, request_digest, created_at) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING digest"""


class StillInProgress(Conflict):
    """A request with this Idempotency-Key is being carried out right now: repeat it shortly."""


class KeyReused(Invalid):
    """This Idempotency-Key was used for a different request: use a new key."""


class _Replay(Exception):
    def __init__(self, status: int, body: bytes, etag: str | None) -> None:
        if status >= 300:
            self.response = Response(status_code=status, headers={"Location": body.decode()})
        else:
            self.response = Response(body, status, media_type="application/json" if body else None)
        self.response.headers["Idempotent-Replay"] = "true"
        if etag:
            self.response.headers["ETag"] = etag


async def open_transaction(
    request: Request, caller: Annotated[Caller, Depends(current_caller)]
) -> AsyncIterator[Transaction]:
    """Commits before the response is sent (`scope="function"`), so a failing COMMIT is an error."""
    database: Database = request.app.state.runtime.database
    async with database.transaction() as tx:
        key = request.headers.get("idempotency-key")
        if key and request.method == "POST":
            await _claim(request, caller, key, tx)
        request.state.tx = tx
        yield tx


Tx = Annotated[Transaction, Depends(open_transaction, scope="function")]


async def _claim(request: Request, caller: Caller, key: str, tx: Transaction) -> None:
    # The caller is part of the key: two clients never meet in one.
    digest = tx.ring.digest("idempotency", caller.sub, request.url.path, key)
    body = tx.ring.digest("body", (await request.body()).decode("latin-1"))
    lock = int.from_bytes(digest[:8], signed=True)
    if not await tx.raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", lock):
        raise StillInProgress(retry_after=1)
    if await tx.raw.fetchval(_CLAIM, digest, body, tx.now):
        request.state.idempotency = (tx, digest)
        return
    stored = await tx.raw.fetchrow("SELECT * FROM idempotency_key WHERE digest = $1", digest)
    if stored["request_digest"] != body:
        raise KeyReused
    raise _Replay(stored["status"], stored["body"], stored["etag"])


class IdempotentRoute(CheckedRoute):
    """Stores the answer beside the claimed key, before the transaction commits."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            try:
                response = await handle(request)
            except _Replay as replay:
                return replay.response
            if claimed := getattr(request.state, "idempotency", None):
                await _store(response, *claimed)
            return response

        return handle_once


async def _store(response: Response, tx: Transaction, digest: bytes) -> None:
    if response.status_code >= 400:
        # Not an answer to give again: the next request with this key is carried out.
        await tx.raw.execute("DELETE FROM idempotency_key WHERE digest = $1", digest)
        return
    # A redirect has no body; where it leads is kept in the place of one.
    location = response.headers.get("location", "").encode()
    await tx.raw.execute(
        "UPDATE idempotency_key SET status = $2, body = $3, etag = $4 WHERE digest = $1",
        digest,
        response.status_code,
        bytes(response.body) or location,
        response.headers.get("etag"),
    )
