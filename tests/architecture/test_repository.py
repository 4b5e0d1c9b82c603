"""What is committed can be given to anybody: no secrets, no traces of where it was made."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.architecture.source import ROOT

# Spelled in pieces, so that this file does not find itself.
TRACES = {
    "a registry's host": r"py" + r"pi\.org|python" + r"hosted\.org|npm" + r"js\.org|"
    r"repo1?\.mav" + r"en|registry\.|ghcr" + r"\.io|quay" + r"\.io|gcr" + r"\.io|"
    r"\"resolv" + r"ed\":",
    "a path of somebody's machine": r"(?<![\w.])/(work|root|Users|home/(?!nonroot)\w+)/\w",
    "a private key": "-----BEGIN [A-Z ]*PRIV" + "ATE KEY",
    "a token": r"\bey" + r"J[\w-]{20,}\.ey" + r"J[\w-]{20,}\.",
}


@cache
def committed() -> tuple[Path, ...]:
    """Files in the repository, and those about to be: what .gitignore leaves."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("no git checkout here to look through")
    return tuple(ROOT / name for name in done.stdout.split("\0") if name)


@pytest.mark.parametrize("trace", TRACES)
def test_nothing_tells_where_it_was_made(trace: str) -> None:
    """The repository works anywhere, and names nobody's machine or mirror."""
    pattern = re.compile(TRACES[trace])
    found = []
    for path in committed():
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_bytes().decode("latin-1").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_nothing_large_is_committed() -> None:
    """Data sets, jars and images do not belong here."""
    large = [p.name for p in committed() if p.is_file() and p.stat().st_size > 1_000_000]
    assert large == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda p: p.name)
def test_a_decision_fits_on_a_page(path: Path) -> None:
    """A record that is longer hides the decision."""
    assert len(path.read_text().splitlines()) <= 50


def test_links_between_pages_work() -> None:
    """Every relative link in our Markdown leads to a file that is there."""
    broken = []
    for page in (path for path in committed() if path.suffix == ".md" and path.is_file()):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert broken == []
