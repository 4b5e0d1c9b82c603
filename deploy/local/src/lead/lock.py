"""Does requirements.lock still satisfy what the packages declare? Needs no network.

`python -m lead.lock` names what is wrong; `python -m lead.lock declared` lists what `make lock`
resolves.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[4]
PACKAGES = ("shared", "services/*", "deploy/local")
# So that installing our own packages in place needs nothing beyond the lock.
BUILD_TOOLS = ("hatchling", "editables")
OWN_PREFIX = "throughline-"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
ADDRESS = re.compile(r"^.*(?:\w+://|^-i |--index-url|--find-links).*$", re.MULTILINE)


def declared(root: Path = ROOT) -> set[str]:
    """Every requirement that a package, or developing, declares, without our own packages."""
    requirements = set(_read(root / "pyproject.toml")["dependency-groups"]["dev"])
    for project in _projects(root):
        requirements.update(project["dependencies"])
    return {line for line in requirements if not line.startswith(OWN_PREFIX)}


def problems(requirements: set[str], lock: str) -> list[str]:
    """What is wrong with the text of a lock for these requirements, one sentence each."""
    pins = {canonicalize_name(name): version for name, version in PIN.findall(lock)}
    wrong = [f"The lock holds an address: {line.strip()}" for line in ADDRESS.findall(lock)]
    wrong += [f"{name} is not locked." for name in BUILD_TOOLS if name not in pins]
    for requirement in map(Requirement, sorted(requirements)):
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            wrong.append(f"{requirement.name} is declared but not locked.")
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement} is declared but {version} is locked.")
    return wrong


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the repository's own lock; empty when nothing is."""
    return problems(declared(root), (root / "requirements.lock").read_text())


def _projects(root: Path) -> Iterator[dict[str, list[str]]]:
    for pattern in PACKAGES:
        for path in sorted(root.glob(f"{pattern}/pyproject.toml")):
            yield _read(path)["project"]


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(path.read_text())


def main(arguments: list[str]) -> int:
    """Print the requirements or the problems; the exit code for a shell."""
    if arguments == ["declared"]:
        print("\n".join(sorted(declared())))
        return 0
    wrong = check()
    print("\n".join(wrong) or "requirements.lock satisfies every declaration.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
