"""Child processes: one owner per home, a free port, and what a killed run left behind."""

import fcntl
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import Signals
from time import monotonic, sleep
from typing import IO

import psutil

LOOPBACK = "127.0.0.1"


def hold(home: Path) -> IO[str]:
    """Take the home for this process; close the returned file, or die, to give it back.

    Raises RuntimeError when another living process holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        lock.close()
        raise RuntimeError(f"{home} is in use by another running system") from taken
    return lock


def free_port() -> int:
    """A loopback TCP port that nobody listens on now, and that the system gives nobody by itself.

    Those that it gives out begin above: whoever asks it for any port is not given this one.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


def find(pid: int, is_ours: Callable[[psutil.Process], bool]) -> psutil.Process | None:
    """The living process with this id, or None when it is gone or the id is now someone else's."""
    try:
        process = psutil.Process(pid)
        return process if is_ours(process) else None
    except psutil.Error:
        return None


def list_at_work_in(folder: Path) -> list[psutil.Process]:
    """Every living process whose working directory is the folder, as far as we may look."""
    everybody = psutil.process_iter(["cwd"], ad_value="")
    return [process for process in everybody if process.info["cwd"] == str(folder)]


def end(process: psutil.Process, how: Signals, *, patience: float) -> None:
    """Signal the process and wait; after `patience` seconds, SIGKILL it."""
    try:
        process.send_signal(how)
        process.wait(patience)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait()
    except psutil.NoSuchProcess:
        return


def wait_until(
    ready: Callable[[], bool], process: psutil.Popen, *, log: Path, patience: float
) -> None:
    """Poll until ready; RuntimeError with the end of the log when it dies or takes too long.

    `patience` is in seconds.
    """
    deadline = monotonic() + patience
    while not ready():
        if process.poll() is not None or monotonic() > deadline:
            raise RuntimeError(f"{process.args[0]} did not start:\n{tail(log)}")
        sleep(0.02)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, decoded leniently."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
