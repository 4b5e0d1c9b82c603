"""`lead run` and `lead demo`: progress on the terminal, signals, an orderly end."""

import asyncio
import signal
import tempfile
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvloop
from rich.console import Console

from lead import story
from lead.embedded import Foundation, foundation, services
from lead.errors import Failure
from lead.home import Home, default_home, default_port
from lead.sample_staff import SAMPLE_STAFF

console = Console(highlight=False)


class Ended(Failure):
    """A part of the running system gave up."""


class Steps:
    """Says what is being done, then how long it took; a moving line on a terminal."""

    def __init__(self) -> None:
        self._status = console.status("")
        self._doing = ""
        self._began = time.monotonic()

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
        return time.monotonic() - self._began

    def _finish(self) -> None:
        if self._doing:
            console.print(f"  {self._doing} [dim]{time.monotonic() - self._step_began:.1f} s[/dim]")
            self._doing = ""


def run(*, with_story: bool) -> None:
    """Start everything, play the story, stay until told to stop. Raises Failure."""
    with (
        _terminating_like_ctrl_c(),
        Steps() as steps,
        foundation(default_home(), default_port(), steps) as base,
    ):
        _run_loop(_stay(base, steps, with_story))
    console.print("Stopped. Everything is kept for the next run.")


def demo(url: str | None) -> None:
    """Play the story, in a system of its own unless there is a URL. Raises StepFailed."""
    if url is not None:
        _run_loop(story.play(url, default_home().issuer()))
        return
    with (
        _terminating_like_ctrl_c(),
        tempfile.TemporaryDirectory(prefix="lead-demo-") as folder,
        Steps() as steps,
        foundation(Home(Path(folder)), 0, steps) as base,
    ):
        _run_loop(_play_once(base, steps))


async def _stay(base: Foundation, steps: Steps, with_story: bool) -> None:
    stop, failed = _stop_event(), list[str]()

    def give_up(service: str) -> None:
        failed.append(service)
        stop.set()

    async with services(base, steps, give_up):
        steps.done()
        console.print(f"Ready in {steps.seconds:.1f} s: [bold]{base.address}[/bold]")
        if with_story:
            await _until(stop, _try_story(base))
        _print_sign_ins(base)
        await stop.wait()
        steps("Stopping")
    if failed:
        raise Ended(f"{failed[0]} cannot go on. See {base.home.log}")


async def _play_once(base: Foundation, steps: Steps) -> None:
    failed: list[str] = []
    async with services(base, steps, failed.append):
        steps.done()
        console.print(f"Ready in {steps.seconds:.1f} s")
        await story.play(base.address, base.issuer, bootstrap=base.broker.bootstrap)
        steps("Stopping")


async def _try_story(base: Foundation) -> None:
    try:
        await story.play(base.address, base.issuer, bootstrap=base.broker.bootstrap)
    except story.StepFailed as failure:
        console.print(f"[bold]The story stopped:[/bold] {failure}")


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Run the work, but no longer than until `stop` is set."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
    working.cancel()
    await asyncio.wait({working})


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _print_sign_ins(base: Foundation) -> None:
    console.print(f"\nOpen [bold]{base.address}[/bold] and sign in as:")
    for person in SAMPLE_STAFF:
        console.print(f"  {person.sub:8} {', '.join(person.roles)} at {person.site}")
    console.print("A token for the REST APIs: lead token --role case-manager --site king-county")
    console.print(f"Logs: {base.home.log}. Ctrl-C stops everything.")


def _run_loop(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


@contextmanager
def _terminating_like_ctrl_c() -> Iterator[None]:
    """SIGTERM unwinds what has been started, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
