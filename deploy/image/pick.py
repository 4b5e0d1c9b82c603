"""Lines of requirements.lock, hashes included, for the image's build. Needs nothing but Python.

`python pick.py requirements.lock NAME-OR-PYPROJECT ...`: a name picks that package, a
pyproject.toml what it declares. What those need comes from the lock as a constraint.
"""

import re
import sys
import tomllib
from pathlib import Path

OWN_PREFIX = "throughline-"
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(\[[^]]*\])?")


def entries(lock: str) -> dict[str, list[str]]:
    """The pinned packages of the lock with their lines, by normalized name."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"\n(?=\S)", lock):
        if "==" in part:
            found.setdefault(_split(part)[0], []).append(part.rstrip())
    return found


def declared(pyproject: str) -> list[str]:
    """What a project depends on, without our own packages."""
    lines = tomllib.loads(pyproject)["project"]["dependencies"]
    return [line for line in lines if not line.startswith(OWN_PREFIX)]


def pick(lock: str, wanted: list[str]) -> list[str]:
    """The entries of these packages, with the extras asked for. KeyError when not locked."""
    locked = entries(lock)
    return [
        REQUIREMENT.sub(f"{name}{extras}", entry, count=1)
        for name, extras in sorted({_split(requirement) for requirement in wanted})
        for entry in locked[name]
    ]


def _split(requirement: str) -> tuple[str, str]:
    """Normalized name and extras, as in `sqlalchemy` and `[asyncio]`."""
    found = REQUIREMENT.match(requirement)
    name, extras = found.groups() if found else ("", None)
    return re.sub(r"[-_.]+", "-", name).lower(), extras or ""


def main(lock: str, *sources: str) -> None:
    wanted: list[str] = []
    for source in sources:
        path = Path(source)
        wanted += declared(path.read_text()) if path.suffix == ".toml" else [source]
    sys.stdout.write("\n".join(pick(Path(lock).read_text(), wanted)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
