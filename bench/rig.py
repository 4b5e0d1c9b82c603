"""The rig: PostgreSQL, real Kafka, and services as processes of their own, all on this machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Any

import httpx
import psutil

from lead.issuer import LocalIssuer
from lead.kafka import RealKafka
from lead.postgres import EmbeddedPostgres
from lead.process import end, free_port
from shared.events import TOPICS, dead_letter_topic
from shared.migrations import migrate
from shared.testing import write_key_ring

PARTITIONS = 4
ISSUER = "http://issuer.bench"
PACKAGES = {
    "referral": "referral",
    "casework": "casework",
    "prosecution-hook": "prosecution_hook",
    "notifier": "notifier",
}
# Both compilers and more heap: a broker as it would run, within a small machine.
JVM = ("-Xms512m", "-Xmx768m", "-XX:+UseSerialGC")


@dataclass
class Running:
    """A server process and how long it took to answer."""

    process: psutil.Popen
    port: int
    ready_seconds: float

    @property
    def megabytes(self) -> float:
        return float(self.process.memory_info().rss) / 1e6


@dataclass
class Rig:
    """What the measurements share. Everything dies with the `with` block of `new_rig`."""

    home: Path
    postgres: EmbeddedPostgres
    kafka: RealKafka
    issuer: LocalIssuer
    running: dict[str, Running] = field(default_factory=dict)

    def token(self, role: str, **claims: Any) -> str:
        return self.issuer.token(role, "king-county", **claims)

    def database(self, name: str) -> str:
        self.postgres.ensure_database(name)
        return self.postgres.dsn(name)

    def environment(self, service: str) -> dict[str, str]:
        """The settings of one service."""
        package = PACKAGES[service]
        classes = ("identity",) if service == "prosecution-hook" else ("identity", "care")
        ring = write_key_ring(self.home / f"{service}.json", *classes)
        return {
            "ENVIRONMENT": "embedded",
            "DATABASE_URL": self.database(package),
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap,
            "KEY_RING_FILE": str(ring),
            "OIDC_ISSUER": ISSUER,
            "OIDC_JWKS_URL": f"file://{self.home / 'jwks.json'}",
            "SESSION_SECRET": "only-for-benchmarks-0123456789abcdef",
            "TRACE_SAMPLE_RATIO": "0.01",
            "LOG_LEVEL": "WARNING",
            # The load comes from one caller, as if from all agencies of a city.
            "RATE_LIMIT_PER_MINUTE": "1000000",
        }

    def start_service(self, service: str, **changes: str) -> Running:
        package = PACKAGES[service]
        values = self.environment(service) | changes
        # Alembic runs its own event loop: it needs a thread without one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(migrate, package, values["DATABASE_URL"]).result()
        return self.start(service, f"{package}.main:create_app", "/readyz", values)

    def start(self, name: str, factory: str, probe: str, environment: dict[str, str]) -> Running:
        """Run an app factory under uvicorn as in production; returns when `probe` answers 200."""
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port)]
        command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
        command += ["--log-level", "warning", "--timeout-keep-alive", "60"]
        began = time.monotonic()
        process = psutil.Popen(command, env=os.environ | environment)
        while not _answers(f"http://127.0.0.1:{port}{probe}"):
            if process.poll() is not None or time.monotonic() - began > 60:
                raise RuntimeError(f"{factory} did not become ready")
            time.sleep(0.02)
        self.running[name] = Running(process, port, time.monotonic() - began)
        return self.running[name]

    def stop_all(self) -> None:
        for running in self.running.values():
            end(running.process, SIGTERM, patience=30)
        self.running.clear()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def new_rig(home: Path) -> Iterator[Rig]:
    """Start PostgreSQL and Kafka with every topic; stop all at the end."""
    issuer = LocalIssuer(home, ISSUER)
    (home / "jwks.json").write_text(json.dumps(issuer.jwks()))
    with EmbeddedPostgres(home) as postgres, RealKafka(home, jvm=JVM) as kafka:
        topics = (*TOPICS, *(dead_letter_topic(name) for name in PACKAGES))
        kafka.create_topics(dict.fromkeys(topics, PARTITIONS))
        rig = Rig(home, postgres, kafka, issuer)
        try:
            yield rig
        finally:
            rig.stop_all()


def machine() -> str:
    """One line about where this ran."""
    memory = psutil.virtual_memory().total / 2**30
    python = sys.version.split()[0]
    java = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB, Python {python}, "
        f"{java.splitlines()[0] if java else 'no Java'}"
    )
