"""Links in the documentation lead somewhere, and so do the tests that it names as proof."""

import re
from pathlib import Path

import pytest
from tests.architecture.source import ROOT

SKIPPED = {".venv", "node_modules", ".lead", "build"}
PAGES = sorted(
    path for path in ROOT.rglob("*.md") if SKIPPED.isdisjoint(path.relative_to(ROOT).parts)
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(found) for found in re.findall(r"^#+ (.+)$", page.read_text(), re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """To a file or folder of the repository, and to a heading that its page has."""
    for link in LINK.findall(CODE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "operations").glob("*.md")), ids=str)
def test_named_files_exist(page: Path) -> None:
    """A page for the night must not send anybody to what is not there."""
    for name in re.findall(r"`((?:tests|deploy|docs|shared|\.github)/[\w./-]+)`", page.read_text()):
        assert (ROOT / name).exists(), name


def test_every_decision_is_listed() -> None:
    """A record that no list leads to is not read."""
    index = (ROOT / "docs" / "README.md").read_text()
    records = sorted(path.name for path in (ROOT / "docs" / "adr").glob("0*.md"))
    assert re.findall(r"\(adr/(0[^)]+)\)", index) == records
