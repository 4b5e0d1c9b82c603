"""The answers kept for idempotency keys: sealed, and forgotten with whom they are about.

An answer may hold what is sealed everywhere else: notes, names, a link. It is sealed as care data
where the service holds that key, bound to its own row, and goes when a participant is erased.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
from fastapi import Response

from shared.database import Transaction
from shared.sealing import CannotOpen, DataClass, KeyRing

_PARTICIPANT = re.compile(rb"p_[0-9a-f]{24}")
_KEEP = """
UPDATE idempotency_key SET status = $2, body = $3, etag = $4, about = $5, sealed = true
WHERE digest = $1"""
# An answer that names no participant may be about any of them.
_FORGET = """
UPDATE idempotency_key SET body = NULL, etag = NULL
WHERE body IS NOT NULL AND (about @> ARRAY[$1::text] OR about = '{}')"""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def shown_once(endpoint: Endpoint) -> Endpoint:
    """Keep of this route's answers only that there was one, under its route decorator."""
    endpoint.__shown_once__ = True  # type: ignore[attr-defined]
    return endpoint


def is_shown_once(endpoint: Callable[..., Any]) -> bool:
    return getattr(endpoint, "__shown_once__", False)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """Status, body (of a redirect: where it leads) and ETag; without a body it is not kept."""

    status: int
    body: bytes | None
    etag: str | None

    @classmethod
    def of(cls, response: Response) -> "StoredAnswer":
        """A page is not kept: it may be the only one that shows a secret or somebody's packet."""
        if response.headers.get("content-type", "").startswith("text/html"):
            return cls(response.status_code, None, None)
        location = response.headers.get("location", "").encode()
        body = bytes(response.body) or location
        return cls(response.status_code, body, response.headers.get("etag"))

    @classmethod
    def read(cls, row: asyncpg.Record, ring: KeyRing) -> "StoredAnswer":
        body = None
        if row["sealed"] and row["body"] is not None:
            try:
                body = ring.open(_record(row["digest"]), bytes(row["body"]).decode())
            except CannotOpen:
                # Its key left the ring: as good as forgotten.
                body = None
        return cls(row["status"], body, row["etag"])

    def response(self) -> Response:
        """The answer once more, marked as a repetition."""
        body = self.body or b""
        if self.status >= 300:
            again = Response(status_code=self.status, headers={"Location": body.decode()})
        else:
            again = Response(body, self.status, media_type="application/json" if body else None)
        again.headers["Idempotent-Replay"] = "true"
        if self.etag:
            again.headers["ETag"] = self.etag
        return again


async def keep(tx: Transaction, digest: bytes, answer: StoredAnswer, about: set[str]) -> None:
    """Seal the answer beside its key; `about` are ids, beside the participants that it names."""
    named = {key.decode() for key in _PARTICIPANT.findall(answer.body or b"")}
    about = {key for key in about | named if _PARTICIPANT.fullmatch(key.encode())}
    body = None
    if answer.body is not None:
        kind = DataClass.CARE if tx.ring.holds(DataClass.CARE) else DataClass.IDENTITY
        body = tx.ring.seal(kind, _record(digest), answer.body).encode()
    await tx.raw.execute(_KEEP, digest, answer.status, body, answer.etag, sorted(about))


async def forget_answers(tx: Transaction, participant: str) -> None:
    """Forget what was answered about a participant. That it was answered stays: a request that is
    repeated after an erasure is not carried out again."""
    await tx.raw.execute(_FORGET, participant)


def _record(digest: bytes) -> str:
    return f"idempotency:{digest.hex()}"
