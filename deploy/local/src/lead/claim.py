"""Taking a home and a port before anything is started: two systems must not meet in either."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from lead.errors import Failure
from lead.home import Home
from lead.process import LOOPBACK, hold


class CannotStart(Failure):
    """The system cannot start here; the text says why and what to do."""


@contextmanager
def claimed(home: Home, port: int) -> Iterator[socket.socket]:
    """The port's listening socket (0: any free port), and the home, for this block. CannotStart."""
    with _listening(port) as listener, _held(home):
        yield listener


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError:
        raise CannotStart(
            f"Port {port} is taken, perhaps by another running system. Stop that, or choose"
            " another port: LEAD_PORT=8081 make run"
        ) from None


@contextmanager
def _held(home: Home) -> Iterator[None]:
    try:
        lock = hold(home.path)
    except RuntimeError:
        raise CannotStart(
            f"Another system is running in {home.path}. Stop that, or choose another home:"
            " LEAD_HOME=/some/folder make run"
        ) from None
    with closing(lock):
        yield
