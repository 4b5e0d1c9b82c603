"""Every rule of law and every story has a test that exists, or a reason (docs/*.md)."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.architecture.source import ROOT

ROW = re.compile(r"^\| (R-\d\d|\d+) \| (.+?) \| (.+) \|$", re.M)
TOLD = re.compile(r"\bscenarios? (\d+)(?: and (\d+))?", re.I)


def rows(page: str) -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / page).read_text())


@cache
def stories() -> dict[str, str]:
    """Each test's name, and what it says of itself."""
    return dict(_tests())


def _tests() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, ast.get_docstring(node) or ""


def named_in(proof: str) -> set[str]:
    """Raises where a test was renamed or removed."""
    named = set(re.findall(r"`(test_\w+)`", proof))
    assert named <= stories().keys(), named - stories().keys()
    return named


def test_every_rule_is_proved_by_a_test_that_exists() -> None:
    """R-01 to R-38, each once; a renamed or removed test is noticed here."""
    found = rows("rules.md")
    assert [rule for rule, _, _ in found] == [f"R-{number:02}" for number in range(1, 39)]
    for rule, _, proof in found:
        assert named_in(proof) or "does not apply" in proof, rule


def test_every_story_is_told_by_a_test_that_exists() -> None:
    """1 to 22, each once; what is not built says so, and names no test."""
    found = rows("scenarios.md")
    assert [number for number, _, _ in found] == [str(number) for number in range(1, 23)]
    for number, _, proof in found:
        assert bool(named_in(proof)) is not proof.startswith("not built"), number


def test_whatever_tells_a_story_is_named_beside_it() -> None:
    """A test that says which one it tells is found from the page."""
    proofs = {number: named_in(proof) for number, _, proof in rows("scenarios.md")}
    told = [
        (number, name)
        for name, says in stories().items()
        for found in TOLD.finditer(says)
        for number in found.groups()
        if number is not None
    ]
    assert len(told) > 20
    assert [(number, name) for number, name in told if name not in proofs[number]] == []
