"""Every rule of law has a test that exists, or a reason (docs/rules.md)."""

import re

from tests.architecture.source import ROOT

ROW = re.compile(r"^\| (R-\d\d) \| (.+?) \| (.+) \|$", re.M)


def test_every_rule_is_proved_by_a_test_that_exists() -> None:
    """R-01 to R-38, each once; a renamed or removed test is noticed here."""
    rows = ROW.findall((ROOT / "docs" / "rules.md").read_text())
    assert [rule for rule, _, _ in rows] == [f"R-{number:02}" for number in range(1, 39)]
    texts = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py")]
    known = set(re.findall(r"^(?:async )?def (test_\w+)", "\n".join(texts), re.M))
    for rule, _, proof in rows:
        named = set(re.findall(r"`(test_\w+)`", proof))
        assert named <= known, (rule, named - known)
        assert named or "does not apply" in proof, rule
