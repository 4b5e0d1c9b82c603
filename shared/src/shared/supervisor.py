"""Background tasks of one process. When one of them ends unasked, the process must end."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


def end_process() -> None:
    """Ask the server to drain and stop; whoever runs the process starts it again."""
    os.kill(os.getpid(), signal.SIGTERM)


class Supervisor:
    """Starts named tasks, watches them, stops them in reverse order of their start."""

    def __init__(self, on_failure: Callable[[], None] = end_process) -> None:
        self._on_failure = on_failure
        self._tasks: list[tuple[asyncio.Task[None], Callable[[], None] | None]] = []
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
        if task.cancelled() or (not task.exception() and self._is_stopping(task)):
            return
        error = task.exception()
        self.failed = task.get_name()
        log.critical("task.ended", task=self.failed, error=type(error).__name__, exc_info=error)
        self._on_failure()

    def _is_stopping(self, task: asyncio.Task[None]) -> bool:
        return not any(task is running for running, _ in self._tasks)

    async def stop(self, grace_seconds: float = 20) -> None:
        while self._tasks:
            task, stop = self._tasks.pop()
            if stop is None:
                task.cancel()
            else:
                stop()
            _, late = await asyncio.wait({task}, timeout=grace_seconds)
            if late:
                task.cancel()
