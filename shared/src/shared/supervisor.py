"""Background tasks of one process. When one of them ends unasked, the process must end."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

# Whoever runs the process gives it 20 to 30 seconds; some of them belong to open requests.
GRACE_SECONDS = 8.0

log = structlog.get_logger()


def end_process() -> None:
    """Ask the server to drain and stop; whoever runs the process starts it again."""
    os.kill(os.getpid(), signal.SIGTERM)


class Supervisor:
    """Starts named tasks, watches them, stops them in reverse order of their start."""

    def __init__(self, on_failure: Callable[[], None] = end_process) -> None:
        self._on_failure = on_failure
        self._tasks: list[tuple[asyncio.Task[None], Callable[[], None] | None]] = []
        self._stopping = False
        self.failed: str | None = None

    def start(
        self,
        name: str,
        work: Coroutine[Any, Any, None],
        *,
        stop: Callable[[], None] | None = None,
    ) -> None:
        """Run `work`. On shutdown `stop` asks it to finish; without one it is cancelled."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append((task, stop))

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error, name = task.exception(), task.get_name()
        if self._stopping:
            if error is not None:
                log.warning("task.ended_badly", task=name, exc_info=error)
            return
        self.failed = name
        log.critical("task.ended", task=name, error=type(error).__name__, exc_info=error)
        self._on_failure()

    async def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Stop one after another; what still runs after the grace of them all is cancelled."""
        self._stopping = True
        deadline = time.monotonic() + grace_seconds
        while self._tasks:
            task, stop = self._tasks.pop()
            if stop is None:
                task.cancel()
            else:
                stop()
            await asyncio.wait({task}, timeout=max(0.0, deadline - time.monotonic()))
            if not task.done():
                log.warning("task.stopped_late", task=task.get_name())
                task.cancel()
                await asyncio.wait({task}, timeout=1)
