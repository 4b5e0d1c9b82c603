"""`lead directory import`: what it sends for a file, a zip and a folder, and what it says."""

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest

from lead import directory
from lead.client import Api, Refused
from lead.directory import NoPackage, import_package

TABLES = {"organizations.csv": "id,name\no1,Harbor\n", "services.csv": "id,name\ns1,Beds\n"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What arrived at a casework that takes in everything but an empty list."""
    arrived: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        arrived.append(request)
        if request.content == b"[]":
            fault = {"pointer": "/0/name", "code": "missing", "hint": "Give a name."}
            problem = {"title": "Unprocessable", "detail": "No.", "errors": [fault]}
            return httpx.Response(422, json=problem)
        return httpx.Response(201, json={"site": request.url.params["site"], "services": 1})

    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(
        directory, "connect", lambda *_: Api("http://lead.test", "t", transport=transport)
    )
    return arrived


def test_a_folder_is_sent_as_the_zip_of_its_tables(
    sent: list[httpx.Request], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only its tables; what else lies there stays there."""
    for name, text in (TABLES | {"notes.txt": "x"}).items():
        (tmp_path / name).write_text(text)
    import_package(tmp_path, "king-county")
    [request] = sent
    assert request.url.path == "/casework/v1/directory/imports"
    assert request.url.params["site"] == "king-county"
    assert request.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(request.content)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == TABLES
    assert capsys.readouterr().out == "1 services are the directory of king-county now.\n"
    # A zip that somebody made already goes as it is.
    (tmp_path / "all.zip").write_bytes(request.content)
    import_package(tmp_path / "all.zip", "king-county")
    assert sent[1].content == request.content
    assert sent[1].headers["content-type"] == "application/zip"


def test_json_goes_as_it_is_and_a_refusal_names_the_place(
    sent: list[httpx.Request], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is read into it here: the service says what is wrong and where."""
    package = tmp_path / "services.json"
    package.write_text('[{"id": "s1"}]')
    import_package(package, "santa-fe", as_json=True)
    assert (sent[0].content, sent[0].headers["content-type"]) == (
        b'[{"id": "s1"}]', "application/json",
    )  # fmt: skip
    assert json.loads(capsys.readouterr().out) == {"site": "santa-fe", "services": 1}
    package.write_text("[]")
    with pytest.raises(Refused, match="/0/name: Give a name"):
        import_package(package, "santa-fe")


def test_what_is_no_package_is_said_before_anything_is_sent(
    sent: list[httpx.Request], tmp_path: Path
) -> None:
    """A missing file, one table alone, a folder without tables."""
    (tmp_path / "services.csv").write_text("id\n")
    (tmp_path / "empty").mkdir()
    for name, said in (
        ("none.json", "cannot be read"),
        ("services.csv", "give the folder"),
        ("empty", "no CSV table"),
    ):
        with pytest.raises(NoPackage, match=said):
            import_package(tmp_path / name, "king-county")
    assert sent == []
