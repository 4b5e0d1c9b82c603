"""The private PostgreSQL: data kept, crashes survived, neighbors left alone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE

import asyncpg
import psutil
import pytest

from lead.postgres import EmbeddedPostgres, PostgresServer

LAUNCHER = """
import sys, pathlib, time
from lead.postgres import EmbeddedPostgres
EmbeddedPostgres(pathlib.Path(sys.argv[1])).start()
print("started", flush=True)
time.sleep(60)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, to stop and kill."""
    with EmbeddedPostgres(tmp_path) as server:
        yield server


@pytest.fixture
def orphan(tmp_path: Path) -> psutil.Process:
    """The server of a launcher that was killed."""
    with subprocess.Popen([sys.executable, "-c", LAUNCHER, tmp_path], stdout=PIPE) as launcher:
        assert launcher.stdout
        launcher.stdout.readline()
        launcher.kill()
    return postmaster(tmp_path)


async def ask(server: PostgresServer, query: str, database: str = "postgres") -> object:
    """The one value that a query answers."""
    connection = await asyncpg.connect(server.dsn(database))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def postmaster(home: Path) -> psutil.Process:
    """The server process of a home."""
    pid_file = home / "postgres" / "data" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().splitlines()[0]))


async def test_a_database_is_created_once(postgres: PostgresServer) -> None:
    """Asking twice for a database, even one with an odd name, is fine."""
    for _ in range(2):
        postgres.ensure_database('odd "name"')
    count = await ask(postgres, """SELECT count(*) FROM pg_database WHERE datname = 'odd "name"'""")
    assert count == 1


async def test_it_runs_with_our_settings(server: EmbeddedPostgres) -> None:
    """Durable commits, UTC, loopback only, and no socket file with a path too long."""
    expected = {
        "fsync": "on",
        "listen_addresses": "127.0.0.1",
        "shared_buffers": "128MB",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "unix_socket_directories": "",
    }
    assert {name: await ask(server, f"SHOW {name}") for name in expected} == expected


async def test_data_survives_a_stop_and_a_kill(server: EmbeddedPostgres) -> None:
    """What was committed is there after an orderly stop, and after SIGKILL."""
    await ask(server, "CREATE TABLE kept (n int)")
    for end in (server.stop, server.kill):
        await ask(server, "INSERT INTO kept VALUES (1)")
        end()
        server.start()
    assert await ask(server, "SELECT count(*) FROM kept") == 2


async def test_a_stale_pid_file_is_no_obstacle(server: EmbeddedPostgres, tmp_path: Path) -> None:
    """After a crash the process id in the file may belong to somebody else."""
    pid_file = tmp_path / "postgres" / "data" / "postmaster.pid"
    stale = pid_file.read_text().splitlines()
    server.kill()
    stale[0] = str(psutil.Process().pid)
    pid_file.write_text("\n".join(stale))
    server.start()
    assert await ask(server, "SELECT 1") == 1


async def test_a_server_without_its_launcher_is_replaced(
    orphan: psutil.Process, tmp_path: Path
) -> None:
    """A launcher that was killed leaves its server behind; the next one ends it and starts anew."""
    with EmbeddedPostgres(tmp_path) as server:
        assert await ask(server, "SELECT 1") == 1
        assert not orphan.is_running()


async def test_a_postmaster_killed_from_outside_starts_again(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """Backends that outlive a killed server for a moment do not stop the next one."""
    postmaster(tmp_path).send_signal(SIGKILL)
    server.stop()
    server.start()
    assert await ask(server, "SELECT 1") == 1


async def test_two_homes_run_side_by_side(server: EmbeddedPostgres, tmp_path: Path) -> None:
    """Two systems on one machine share nothing."""
    with EmbeddedPostgres(tmp_path / "other") as other:
        other.ensure_database("only_here")
        assert other.dsn("postgres") != server.dsn("postgres")
        query = "SELECT count(*) FROM pg_database WHERE datname = 'only_here'"
        assert (await ask(server, query), await ask(other, query)) == (0, 1)


def test_a_home_has_one_owner(server: EmbeddedPostgres, tmp_path: Path) -> None:
    """A second launcher on the same home is refused and does no harm."""
    with pytest.raises(RuntimeError, match="in use by another running system"):
        EmbeddedPostgres(tmp_path).start()
    assert postmaster(tmp_path).is_running()


def test_a_taken_port_is_reported(server: EmbeddedPostgres, tmp_path: Path) -> None:
    """When the server cannot start, its own log says why."""
    port = int(server.dsn("postgres").rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(RuntimeError, match="Address already in use"):
        EmbeddedPostgres(tmp_path / "second", port=port).start()
