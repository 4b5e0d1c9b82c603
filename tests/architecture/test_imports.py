"""Who may know whom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.source import ROOT, SERVICES, calls, deployed, imported, modules, strings


def test_the_import_contracts_hold() -> None:
    """Layers inside a service, services apart, shared below all: import-linter's verdict."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


@pytest.mark.parametrize("package", SERVICES.values())
def test_a_service_names_no_other_service_s_package(package: str) -> None:
    """Neither in an import nor in a text that could be imported."""
    others = "|".join(set(SERVICES.values()) - {package})
    as_import = re.compile(rf"^({others})(\.|$)")
    as_text = re.compile(rf"^({others})(\.\w+)+$")
    mine = [module for module in modules() if module.package == package]
    assert mine
    named = [(m.name, name) for m in mine for name in imported(m) if as_import.match(name)]
    named += [(m.name, t) for m in mine for _, t in strings(m) if as_text.match(t)]
    assert named == []


def test_only_shared_knows_the_kafka_client() -> None:
    """Services publish through the outbox and listen through SUBSCRIPTIONS."""
    users = {module.package for module in deployed() for name in imported(module)
             if name.split(".")[0] in ("aiokafka", "confluent_kafka")}  # fmt: skip
    assert users == {"shared"}


def test_only_the_database_module_makes_engines_and_sessions() -> None:
    """A second engine would be a second way to commit. Migrations have their own."""
    makers = ("create_async_engine", "create_engine", "async_sessionmaker", "sessionmaker")
    found = {m.name for m in deployed() for n in imported(m) if n.rsplit(".", 1)[-1] in makers}
    assert found == {"shared/database.py", "shared/migrations/runner.py"}


def test_one_module_makes_kafka_clients() -> None:
    """aiokafka's defaults would lose events; shared/kafka.py overrides them for everybody."""
    makers = ("AIOKafkaProducer", "AIOKafkaConsumer")
    found = {m.name for m in deployed() for name, _ in calls(m) if name in makers}
    assert found == {"shared/kafka.py"}
