"""Pacing: a loop that shares its fixed costs among what arrives together."""

import asyncio
import time

LONGEST_SECONDS = 0.02


class Pace:
    """After each turn, a rest as long as the turn took.

    What is alone is served at once. Under load, and on a busy machine, turns take longer, so rests
    do, so that more is found at the next turn: the loop takes half of its time at most.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()

    def start(self) -> None:
        self._began = time.monotonic()

    async def rest(self) -> None:
        await asyncio.sleep(min(time.monotonic() - self._began, LONGEST_SECONDS))
