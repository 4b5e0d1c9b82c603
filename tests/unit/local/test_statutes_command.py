"""`lead statutes`: what it posts, what it says, and what it does not even send."""

import json
from pathlib import Path

import httpx
import pytest

from lead import statutes
from lead.client import Api
from lead.statute_files import SHIPPED, NoChecksum, NoTable, OtherFile
from lead.statutes import import_file


def answering(asked: list[httpx.Request], **changes: object) -> httpx.MockTransport:
    made = {"state": "WA", "version": 1, "newest": 1, "statutes": 9, "changed": True}

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        body = json.loads(request.content)
        return httpx.Response(201, json=made | {"source": body["source"]} | changes)

    return httpx.MockTransport(answer)


def on(transport: httpx.MockTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api("http://lead.test", "t", transport=transport)
    monkeypatch.setattr(statutes, "connect", lambda *_: api)


def test_a_shipped_table_is_sent_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name, with the checksum beside it; the answer is said in a line."""
    asked: list[httpx.Request] = []
    on(answering(asked), monkeypatch)
    import_file("washington")
    [request] = asked
    assert request.url.path == "/prosecution/v1/statutes/imports"
    sent = json.loads(request.content)
    assert sent["content"].encode() == (SHIPPED / "washington.csv").read_bytes()
    assert capsys.readouterr().out == "WA version 1: 9 statutes from washington.csv\n"


def test_a_known_file_says_which_version_is_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who imports an old file again must not believe that it is in use."""
    on(answering([], changed=False, newest=2), monkeypatch)
    import_file("washington")
    said = "WA version 1 was imported before: nothing changed; version 2 is in use\n"
    assert capsys.readouterr().out == said


def test_a_file_that_is_not_the_one_meant_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No checksum, another's checksum, no file, no text: said before anything is posted."""
    asked: list[httpx.Request] = []
    on(answering(asked), monkeypatch)
    file = tmp_path / "ours.csv"
    with pytest.raises(NoTable, match=r"washington"):
        import_file(str(file))
    file.write_bytes(b"\xff")
    with pytest.raises(NoChecksum, match=r"ours\.csv\.sha256"):
        import_file(str(file))
    with pytest.raises(OtherFile):
        import_file(str(file), checksum="0" * 64)
    digest = "a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89"
    file.with_name("ours.csv.sha256").write_text(f"{digest}  ours.csv\n")
    with pytest.raises(OtherFile, match="UTF-8"):
        import_file(str(file))
    assert asked == []
