"""Tools from npm as they are locked: installed once per lock, into pytest's cache."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

REQUIRED = os.environ.get("CI") == "true"
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def installed(tool: Path, config: pytest.Config, spare: Path, unproved: str) -> Path:
    """A folder with what `tool` locks and its scripts; else skips in so many words.

    Where CI says so, it is no skip but a failure.
    """
    cannot = pytest.fail if REQUIRED else pytest.skip
    if not (shutil.which("node") and shutil.which("npm")):
        cannot(f"{unproved}: node and npm are not here")
    version = hashlib.sha256((tool / "package-lock.json").read_bytes()).hexdigest()[:12]
    cache = getattr(config, "cache", None)
    folder: Path = cache.mkdir(f"{tool.name}-{version}") if cache else spare
    for source in tool.iterdir():
        shutil.copy(source, folder)
    done = folder / "installed"
    if not done.exists():
        result = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode:
            cannot(f"{unproved}: npm could not install it: {result.stderr.strip()[-300:]}")
        done.touch()
    return folder
