"""`lead audit verify`: what it asks, what it says, and how it ends."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from lead import audit
from lead.audit import TrailBroken, verify
from lead.client import Api

HEAD = "ab" * 32


def answering(findings: list[dict[str, Any]], asked: list[httpx.URL]) -> httpx.MockTransport:
    """Services whose trail ends in HEAD; the notifier's has these findings."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        service = request.url.path.split("/")[1]
        name = "prosecution-hook" if service == "prosecution" else service
        found = findings if name == "notifier" else []
        trail = {"service": name, "days": 1, "records": 2, "last_day": "2026-06-01", "head": HEAD}
        return httpx.Response(200, json=trail | {"findings": found})

    return httpx.MockTransport(answer)


def test_a_broken_trail_is_said_and_its_heads_are_not_noted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All well: the ends are noted, and asked for the next time. Not well: said, exit by error."""
    heads, asked, findings = tmp_path / "heads.json", [], []  # type: ignore[var-annotated]
    transport = answering(findings, asked)
    monkeypatch.setattr(
        audit, "connect", lambda *_: Api("http://lead.test", "t", transport=transport)
    )
    verify(heads=heads)
    assert json.loads(heads.read_text())["casework"] == HEAD
    assert len(asked) == 4
    assert not any(url.query for url in asked)
    verify(heads=heads)
    assert {url.params["noted"] for url in asked[4:]} == {HEAD}
    heads.unlink()
    findings.append({"day": "2026-06-01", "number": 7, "what": "changed"})
    with pytest.raises(TrailBroken, match="notifier"):
        verify(heads=heads)
    assert not heads.exists()
    assert "changed" in capsys.readouterr().out
