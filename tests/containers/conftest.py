"""The compose project that deploy/compose/rehearse.sh started, and what tests do to it."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lead.city import City
from lead.sample_staff import KING_COUNTY
from lead.sign_ins import SignIns

NOT_ASKED = "containers were NOT rehearsed here: that is `make containers`"


def docker(*arguments: str) -> str:
    """What a docker command printed; it must succeed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Project:
    """The running project, by its compose command."""

    def __init__(self, compose: list[str], sign_ins: Path) -> None:
        self._compose = compose
        self.sign_ins = sign_ins
        self.address = self._published("gateway", "8080")
        self.mailpit = self._published("mail", "8025")

    def compose(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._compose, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def container(self, service: str) -> str:
        return self.compose("ps", "--quiet", "--all", service)

    def inspect(self, service: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(docker("inspect", self.container(service)))[0]
        return found

    def city(self, site: str = KING_COUNTY) -> City:
        issuer = SignIns(self.address, self.sign_ins)
        return City(self.address, issuer, site, mailpit=self.mailpit)

    def _published(self, service: str, port: str) -> str:
        return f"http://{self.compose('port', service, port)}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Everything up, and who may sign in."""
    command = os.environ.get("REHEARSED_COMPOSE")
    if not command:
        pytest.skip(NOT_ASKED)
    sign_ins = tmp_path_factory.mktemp("sign-ins") / "sign-ins.json"
    running = Project(command.split(), sign_ins)
    shown = ("run", "--rm", "--no-deps", "-T", "--entrypoint", "cat", "secrets")
    sign_ins.write_text(running.compose(*shown, "/secrets/sample/sign-ins.json"))
    return running


@pytest.fixture
def cut_off(project: Project) -> Iterator[Any]:
    """`cut_off("kafka")` takes a container off the network; what it returns puts it back."""
    network = (
        f"{project.inspect('gateway')['Config']['Labels']['com.docker.compose.project']}_default"
    )
    healing: list[tuple[str, str]] = []

    def heal() -> None:
        while healing:
            service, container = healing.pop()
            docker("network", "connect", "--alias", service, network, container)

    def cut(service: str) -> Any:
        container = project.container(service)
        docker("network", "disconnect", network, container)
        healing.append((service, container))
        return heal

    yield cut
    heal()
