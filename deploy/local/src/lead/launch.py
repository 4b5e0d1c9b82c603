"""`lead run` and `lead demo`: take what must be free, then load and start the system."""

import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM

from lead.claim import claimed
from lead.home import Home, default_home, default_port
from lead.sign_ins import SignIns
from lead.steps import Steps, console


def run(*, with_story: bool) -> None:
    """Start everything, play the story, stay until told to stop. Raises Failure."""
    home = default_home()
    with _prepared(home, default_port()) as (steps, listener):
        from lead import running  # Takes seconds to load.

        running.stay(home, listener, steps, with_story=with_story)
    console.print("Stopped. Everything is kept for the next run.")


def demo(url: str | None, sign_ins: Path | None, mailpit: str | None) -> None:
    """Play the story, in a system of its own unless there is a URL. Raises StepFailed."""
    if url is not None:
        issuer = default_home().issuer() if sign_ins is None else SignIns(url, sign_ins)
        from lead import running

        running.play_at(url, issuer, mailpit)
        return
    with tempfile.TemporaryDirectory(prefix="lead-demo-") as folder:
        home = Home(Path(folder))
        with _prepared(home, 0) as (steps, listener):
            from lead import running

            running.play_once(home, listener, steps)


@contextmanager
def _prepared(home: Home, port: int) -> Iterator[tuple[Steps, socket.socket]]:
    with _ending_when_told(), claimed(home, port) as listener, Steps() as steps:
        steps("Loading")
        yield steps, listener


@contextmanager
def _ending_when_told() -> Iterator[None]:
    """SIGINT and SIGTERM alike unwind what has been started.

    Our own handler for both: asyncio replaces Python's default one for SIGINT by one that can lose
    a Ctrl-C which comes just as a migration's event loop ends.
    """
    before = {number: signal.signal(number, _interrupt) for number in (SIGINT, SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
