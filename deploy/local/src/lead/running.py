"""The running system on a terminal: signals, the story, an orderly end."""

import asyncio
import signal
import socket
from collections.abc import Coroutine
from typing import Any

import uvloop

from lead import story
from lead.embedded import Foundation, foundation, services
from lead.errors import Failure
from lead.home import Home
from lead.sample_staff import SAMPLE_STAFF
from lead.seed import seed_city
from lead.sign_ins import Tokens
from lead.steps import Steps, console


class Ended(Failure):
    """A part of the running system gave up."""


def stay(home: Home, listener: socket.socket, steps: Steps, *, with_story: bool) -> None:
    """Run until a signal, or until a service gives up. Raises Failure."""
    with foundation(home, listener, steps) as base:
        _run_loop(_stay(base, steps, with_story))


def play_once(home: Home, listener: socket.socket, steps: Steps) -> None:
    """Run for as long as the story takes. Raises Failure."""
    with foundation(home, listener, steps) as base:
        _run_loop(_play_once(base, steps))


def play_at(url: str, issuer: Tokens, mailpit: str | None) -> None:
    """Play in a system that is running, with the sample staff on duty. Raises Failure."""
    _run_loop(_play_at(url, issuer, mailpit))


async def _play_at(url: str, issuer: Tokens, mailpit: str | None) -> None:
    if mailpit is not None:
        # A new installation is empty; the embedded system and docker compose fill it themselves.
        await seed_city(issuer, notifier=url, prosecution=url)
    await story.play(url, issuer, mailpit=mailpit)


async def _stay(base: Foundation, steps: Steps, with_story: bool) -> None:
    stop, failed = _stop_event(), list[str]()

    def give_up(service: str) -> None:
        failed.append(service)
        stop.set()

    async with services(base, steps, give_up):
        _say_ready(base, steps)
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
        _say_ready(base, steps)
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


def _say_ready(base: Foundation, steps: Steps) -> None:
    steps.done()
    console.print(f"Ready in {steps.seconds:.1f} s: [bold]{base.address}[/bold]")


def _print_sign_ins(base: Foundation) -> None:
    console.print(f"\nOpen [bold]{base.address}[/bold] and sign in as:")
    for person in SAMPLE_STAFF:
        console.print(f"  {person.sub:8} {', '.join(person.roles)} at {person.site}")
    console.print("A token for the REST APIs: lead token --role case-manager --site king-county")
    console.print(f"Logs: {base.home.log}. Ctrl-C stops everything.")


def _run_loop(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
