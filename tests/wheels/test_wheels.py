"""Each service from its wheel, in an environment with what it declares and nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from tests.architecture.source import ROOT, SERVICES
from tests.architecture.test_services import CLASSES

from lead.broker import MockBroker
from lead.postgres import PostgresServer
from lead.process import free_port
from shared.events import TOPICS, dead_letter_topic
from shared.testing import write_key_ring

LOCK = ROOT / "requirements.lock"
START_SECONDS = 60
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.skipif(
    os.environ.get("WHEELS") != "1", reason="wheels were NOT tried here: that is `make wheels`"
)


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """What a command printed; it must succeed."""
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of shared and of every service."""
    folder = tmp_path_factory.mktemp("wheels")
    for package in (ROOT / "shared", *(ROOT / "services" / service for service in SERVICES)):
        run(BIN / "hatchling", "build", "-t", "wheel", "-d", folder, cwd=package)
    return folder


@pytest.fixture(params=SERVICES)
def installed(request: pytest.FixtureRequest, wheels: Path, tmp_path: Path) -> tuple[str, Path]:
    """A service's name, and the python of an environment with its wheel in it."""
    service = str(request.param)
    wanted, python = tmp_path / "wanted.txt", tmp_path / "venv" / "bin" / "python"
    projects = ("shared/pyproject.toml", f"services/{service}/pyproject.toml")
    wanted.write_text(run(sys.executable, "deploy/image/pick.py", LOCK, *projects))
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    uv = (BIN / "uv", "pip", "install", "--quiet", "--python", python)
    run(*uv, "--require-hashes", "--constraint", LOCK, "--requirement", wanted)
    ours = [wheels.glob(f"throughline_{name}-*.whl") for name in ("shared", SERVICES[service])]
    run(*uv, "--offline", "--no-deps", *(path for paths in ours for path in paths))
    return service, python


@pytest.fixture
def broker() -> Iterator[str]:
    """Bootstrap servers of a broker with every topic."""
    with MockBroker() as mock:
        for topic in (*TOPICS, *map(dead_letter_topic, SERVICES)):
            mock.create_topic(topic, 1)
        yield mock.bootstrap


def test_a_service_starts_from_its_wheel(
    installed: tuple[str, Path], postgres: PostgresServer, broker: str, tmp_path: Path
) -> None:
    """Migrations, templates and every import come with it; it migrates, gets ready, and stops."""
    service, python = installed
    package, port = SERVICES[service], free_port()
    postgres.ensure_database(f"wheel_{package}")
    environment = {
        "DATABASE_URL": postgres.dsn(f"wheel_{package}"),
        "KAFKA_BOOTSTRAP_SERVERS": broker,
        "KEY_RING_FILE": str(write_key_ring(tmp_path / "ring.json", *CLASSES[service])),
        "OIDC_ISSUER": "http://127.0.0.1:9",
        "SESSION_SECRET": "only-for-tests-0123456789abcdef0123456789",
        "PYTHONPATH": "",
    }
    run(python, "-m", "shared.migrations.runner", package, cwd=tmp_path, **environment)
    process = subprocess.Popen(
        [python, "-m", "uvicorn", f"{package}.main:create_app", "--factory", "--port", str(port)],
        cwd=tmp_path,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_ready(process, f"http://127.0.0.1:{port}")
        assert httpx.get(f"http://127.0.0.1:{port}/docs").status_code == 200
        assert httpx.get(f"http://127.0.0.1:{port}/openapi.json").status_code == 200
    finally:
        process.terminate()
        assert process.wait(30) in (0, -15)


def await_ready(process: "subprocess.Popen[bytes]", address: str) -> None:
    """Fails when it dies or takes too long."""
    deadline = monotonic() + START_SECONDS
    while True:
        assert process.poll() is None
        assert monotonic() < deadline
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
