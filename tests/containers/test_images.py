"""The images as built: small, without rights, without tools, and honest about what is in them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.architecture.source import SERVICES
from tests.containers.conftest import NOT_ASKED, docker

MOST_BYTES = 250_000_000
TOOLS = ("pip", "pip3", "uv", "gcc", "make", "git", "strip", "curl", "wget")

pytestmark = pytest.mark.skipif("REHEARSED_COMPOSE" not in os.environ, reason=NOT_ASKED)
each_service = pytest.mark.parametrize("service", SERVICES)


def image(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(docker("image", "inspect", f"throughline-{service}:local"))[
        0
    ]
    return found


def inside(service: str, *command: str) -> str:
    """What a command prints in the image, run as strictly as a pod would."""
    strict = ("--network=none", "--read-only", "--cap-drop=ALL", "--tmpfs=/tmp")
    return docker("run", "--rm", *strict, f"throughline-{service}:local", *command)


@each_service
def test_an_image_is_small_and_has_no_rights(service: str) -> None:
    """Under 250 MB; a numbered user, so that pod security can check it; it tells its health."""
    found = image(service)
    assert found["Size"] < MOST_BYTES
    assert found["Config"]["User"] == "10001:10001"
    assert "healthz" in " ".join(found["Config"]["Healthcheck"]["Test"])


@each_service
def test_nothing_to_build_or_fetch_with_is_inside(service: str) -> None:
    """Whoever breaks in finds no compiler, installer, or download tool."""
    names = " ".join(TOOLS)
    script = f"for tool in {names}; do command -v $tool; done; python -m pip --version"
    found = inside(service, "sh", "-c", f"{script} >&2; ({script}) 2>/dev/null; true")
    assert found == ""
    # Nor what an installer is made from: the base image brings some of it.
    names = "( -name pip -o -name pip[-0-9]* -o -name ensurepip -o -name setuptools-* )"
    assert inside(service, "find", "/usr", "/app", *names.split()) == ""


@each_service
def test_only_this_service_is_inside(service: str) -> None:
    """No other service's code, no tests, and nothing of ours that the user may write."""
    names = list(SERVICES.values())
    script = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    assert inside(service, "python", "-c", script) == f"['{SERVICES[service]}']"
    assert inside(service, "find", "/app", "-writable", "-not", "-type", "l") == ""


@each_service
def test_the_bill_of_materials_is_the_lock_s(service: str) -> None:
    """Every Python package in the image is one of the lock, in its version; Debian's are listed."""
    bill = json.loads(
        (Path(os.environ["REHEARSED_BILLS"]) / f"throughline-{service}.cdx.json").read_text()
    )
    lock = "\n" + (Path(__file__).parents[2] / "requirements.lock").read_text()
    ours = {f"throughline-{service}", "throughline-shared"}
    python = [c for c in bill["components"] if c["purl"].startswith("pkg:pypi/")]
    assert {c["name"] for c in python} >= ours
    strangers = [c["name"] for c in python if f"\n{c['name']}=={c['version']} " not in lock]
    assert set(strangers) == ours
    assert any(c["purl"].startswith("pkg:deb/debian/libc6@") for c in bill["components"])
