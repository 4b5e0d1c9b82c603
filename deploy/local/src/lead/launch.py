"""`lead run` and `lead demo`: take what must be free, then load and start the system."""

import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lead.claim import claimed
from lead.home import Home, default_home, default_port
from lead.steps import Steps, console


def run(*, with_story: bool) -> None:
    """Start everything, play the story, stay until told to stop. Raises Failure."""
    home = default_home()
    with _prepared(home, default_port()) as (steps, listener):
        from lead import running  # Takes seconds to load.

        running.stay(home, listener, steps, with_story=with_story)
    console.print("Stopped. Everything is kept for the next run.")


def demo(url: str | None) -> None:
    """Play the story, in a system of its own unless there is a URL. Raises StepFailed."""
    if url is not None:
        issuer = default_home().issuer()
        from lead import running

        running.play_at(url, issuer)
        return
    with tempfile.TemporaryDirectory(prefix="lead-demo-") as folder:
        home = Home(Path(folder))
        with _prepared(home, 0) as (steps, listener):
            from lead import running

            running.play_once(home, listener, steps)


@contextmanager
def _prepared(home: Home, port: int) -> Iterator[tuple[Steps, socket.socket]]:
    with _terminating_like_ctrl_c(), claimed(home, port) as listener, Steps() as steps:
        steps("Loading")
        yield steps, listener


@contextmanager
def _terminating_like_ctrl_c() -> Iterator[None]:
    """SIGTERM unwinds what has been started, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
