"""Reading a request's body: within a size, a time, and a number at once, for each and for all.

A body that arrives slowly costs memory and a place, and whoever sends it pays nothing. So it is
read before a database connection is taken, and only for a caller who was let in already, or, where
a signature over the body is what lets a caller in, for few at a time.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from shared.errors import DomainError, Overloaded, TooLarge, TooManyRequests, TooSlow

MAX_BODY_BYTES = 1024 * 1024
BODY_SECONDS = 30.0
# Bodies that have begun to arrive and are not complete yet.
FOR_ONE_CALLER, FOR_THE_UNKNOWN, FOR_ALL = 16, 32, 128
# Bodies of all requests that are not answered yet, complete or not.
HELD_BYTES = 64 * 1024 * 1024
UNKNOWN = ""
METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_body(most: int) -> Callable[[Endpoint], Endpoint]:
    """A larger or smaller limit (bytes) than `MAX_BODY_BYTES`, under a route's decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__most_bytes__ = most  # type: ignore[attr-defined]
        return endpoint

    return mark


def most_bytes(endpoint: Callable[..., Any]) -> int:
    return int(getattr(endpoint, "__most_bytes__", MAX_BODY_BYTES))


class Bodies:
    """The bodies that one process is reading, and those that it holds."""

    def __init__(self, seconds: float = BODY_SECONDS) -> None:
        self._seconds = seconds
        self._arriving: Counter[str] = Counter()
        self._held = 0

    @property
    def arriving(self) -> int:
        """How many bodies have begun to arrive and are not complete."""
        return self._arriving.total()

    @asynccontextmanager
    async def read(self, request: Request, caller: str, most: int) -> AsyncIterator[bytes]:
        """The whole body, kept in the request too; it counts as held until the block ends.

        Raises TooLarge, TooSlow, TooManyRequests (this caller) or Overloaded (all callers).
        """
        if _announced(request) > most:
            raise TooLarge
        with self._arrival(caller):
            body = await self._in_time(request, most)
        if self._held + len(body) > HELD_BYTES:
            raise Overloaded(retry_after=2)
        self._held += len(body)
        try:
            yield body
        finally:
            self._held -= len(body)

    @contextmanager
    def _arrival(self, caller: str) -> Iterator[None]:
        most = FOR_THE_UNKNOWN if caller == UNKNOWN else FOR_ONE_CALLER
        if self.arriving >= FOR_ALL or (caller == UNKNOWN and self._arriving[caller] >= most):
            raise Overloaded(retry_after=2)
        if self._arriving[caller] >= most:
            raise TooManyRequests(
                f"At most {most} bodies of one caller may be on their way at once.", retry_after=2
            )
        self._arriving[caller] += 1
        try:
            yield
        finally:
            self._arriving[caller] -= 1
            if not self._arriving[caller]:
                del self._arriving[caller]

    async def _in_time(self, request: Request, most: int) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                return await _read(request, most)
        except TimeoutError:
            raise TooSlow from None


class ClientGone(DomainError):
    """The client closed the connection before the request was complete."""

    status = 400


async def _read(request: Request, most: int) -> bytes:
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise TooLarge
            parts.append(part)
    except ClientDisconnect:
        raise ClientGone from None
    body = b"".join(parts)
    # As Request.body() keeps it, for everything that reads the body later.
    request._body = body
    return body


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
