"""The schemas as they were committed, so that regenerating the golden files cannot hide a break."""

import json
import subprocess
from pathlib import Path
from typing import Any


def revisions(root: Path) -> list[str]:
    """What must stay readable: the last commit, the one before it, and the last release."""
    tag = _git(root, "describe", "--tags", "--abbrev=0", "--match", "v*")
    found = [_git(root, "rev-parse", "--verify", "--quiet", name) for name in ("HEAD", "HEAD~1")]
    return list(dict.fromkeys(revision for revision in (*found, tag) if revision))


def schemas(root: Path, revision: str, folder: Path) -> dict[str, dict[str, Any]]:
    """The JSON files of a folder at a revision, by file name."""
    names = _git(root, "ls-tree", "--name-only", f"{revision}:{folder}").splitlines()
    return {
        name: json.loads(_git(root, "show", f"{revision}:{folder}/{name}"))
        for name in names
        if name.endswith(".json")
    }


def _git(root: Path, *arguments: str) -> str:
    """Git's answer, or nothing where there is no git, no repository or no such object."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
