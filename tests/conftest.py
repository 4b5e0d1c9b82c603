"""What every test may ask for: PostgreSQL, a mock broker, real Kafka. No magic beyond these."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from lead import jars
from lead.broker import MockBroker
from lead.kafka import KafkaCluster, RealKafka
from lead.postgres import EmbeddedPostgres, PostgresServer
from lead.sample_staff import SITE_TIME_ZONES
from shared.sites import deploy_zones

EXTERNAL_POSTGRES = os.environ.get("EXTERNAL_POSTGRES_DSN", "")
EXTERNAL_KAFKA = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
# An example that takes long says that the machine is busy, and nothing of the code.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")
# The sites that tests use lead the life of the sample's.
deploy_zones(SITE_TIME_ZONES)
KAFKA_REQUIRED = os.environ.get("REQUIRE_KAFKA") == "1"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server for the whole run; make databases of your own in it."""
    if EXTERNAL_POSTGRES:
        yield PostgresServer(EXTERNAL_POSTGRES)
        return
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def mock_broker() -> Iterator[MockBroker]:
    """A started mock broker: `.bootstrap`, `.create_topic(name, partitions)`."""
    with MockBroker() as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """Real Kafka: `.bootstrap`, `.create_topics({name: partitions})`; skips where there is none."""
    if EXTERNAL_KAFKA:
        yield KafkaCluster(EXTERNAL_KAFKA)
        return
    if reason := jars.missing():
        (pytest.fail if KAFKA_REQUIRED else pytest.skip)(f"no real Kafka: {reason}")
    with RealKafka(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuse connections that leave this machine, unless the run was pointed at other servers."""
    if EXTERNAL_POSTGRES or EXTERNAL_KAFKA:
        yield
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise RuntimeError(f"a test tried to connect to {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say in one line, after everything else, that the real Kafka part was not run, and why."""
    yield
    # From the reports, because the tests themselves may have run in other processes.
    unrun = [
        report
        for outcome in ("skipped", "error")
        for report in terminalreporter.stats.get(outcome, ())
        if "kafka" in getattr(report, "keywords", ())
    ]
    reason = "" if EXTERNAL_KAFKA or not unrun else jars.missing()
    if reason:
        outcome = "FAILED" if KAFKA_REQUIRED else "NOT RUN"
        line = f"{outcome}: {len(unrun)} tests on real Apache Kafka, because {reason}"
        terminalreporter.write_line(f"{line} (or set KAFKA_BOOTSTRAP_SERVERS).", yellow=True)


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ipaddress.ip_address(host).is_loopback
