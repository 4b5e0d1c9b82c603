"""What is being done right now: a moving line on a terminal, finished lines anywhere."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console

console = Console(highlight=False)


class Steps:
    """Call it with what begins; it says how long what came before took."""

    def __init__(self) -> None:
        self._status = console.status("")
        self._doing = ""
        self._began = self._step_began = time.monotonic()

    def __call__(self, doing: str) -> None:
        self._finish()
        self._doing, self._step_began = doing, time.monotonic()
        self._status.update(f"{doing} ...")

    def __enter__(self) -> Self:
        if console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.done()
        self._status.stop()

    def done(self) -> None:
        self._finish()
        self._status.stop()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def _finish(self) -> None:
        if self._doing:
            console.print(f"  {self._doing} [dim]{time.monotonic() - self._step_began:.1f} s[/dim]")
            self._doing = ""
