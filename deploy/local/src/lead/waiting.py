"""Waiting for something to become true, with an end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from lead.errors import Failure

PATIENCE_SECONDS = 60.0
Found = TypeVar("Found")


class NotSeen(Failure):
    """Something that should have happened by now did not."""


async def eventually(
    what: str, check: Callable[[], Awaitable[Found | None]], seconds: float = PATIENCE_SECONDS
) -> Found:
    """Ask again until the answer is true. Raises NotSeen, which says `what` was waited for."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        if found := await check():
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise NotSeen(f"{what} was not seen within {seconds:.0f} s")
        await asyncio.sleep(0.01)
