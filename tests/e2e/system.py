"""The embedded system as a person starts it: a program of its own, known by its address."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from time import monotonic, sleep
from typing import Any

import httpx

from lead.city import City
from lead.home import Home
from lead.process import free_port
from lead.services import PREFIXES

START_SECONDS = 90
STOP_SECONDS = 60


def environment(home: Path, port: int) -> dict[str, str]:
    """What tells one embedded system from another."""
    return os.environ | {"LEAD_HOME": str(home), "LEAD_PORT": str(port), "COLUMNS": "160"}


def lead(home: Path, port: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a `lead` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "lead.cli", *arguments],
        env=environment(home, port),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


class RunningSystem:
    """`lead run` at work; `output` is what it has printed."""

    def __init__(self, home: Path, *, port: int = 0, story: bool = False) -> None:
        self.home, self.port = home, port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.printed = home.parent / f"{home.name}-{self.port}.out"
        with self.printed.open("w") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lead.cli", "run", "--story" if story else "--no-story"],
                env=environment(home, self.port),
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.printed.read_text()

    def await_printed(self, text: str) -> None:
        """Fails with all that was printed when it dies or takes too long."""
        deadline = monotonic() + START_SECONDS
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert monotonic() < deadline, self.output
            sleep(0.05)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def lead(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return lead(self.home, self.port, *arguments)

    def city(self) -> City:
        return City(self.address, Home(self.home).issuer())

    def is_ready(self) -> bool:
        paths = [f"{self.address}{prefix}/readyz" for prefix in PREFIXES.values()]
        return all(httpx.get(path).status_code == 200 for path in paths)


@contextmanager
def running_system(home: Path, **options: Any) -> Iterator[RunningSystem]:
    """A system that is up; gone at the end however the test went."""
    system = RunningSystem(home, **options)
    try:
        system.await_printed("Ctrl-C stops everything.")
        yield system
    finally:
        if system.process.poll() is None:
            system.process.terminate()
            system.process.wait(STOP_SECONDS)


StartSystem = Callable[..., Any]
