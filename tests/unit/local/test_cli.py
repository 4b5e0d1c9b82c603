"""The command line: what a stranger types, and what they are told."""

import json
import sys
from pathlib import Path

import httpx
import jwt
import pytest

from lead import cli, client
from lead.client import Api, Refused, Unreachable, describe
from lead.home import Home
from lead.options import parse_time


class Lead:
    """Runs `lead` in this process: exit code, standard output, standard error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["lead", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.app()
        said = self._capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("LEAD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("LEAD_PORT", raising=False)
    return Home(tmp_path / "home")


@pytest.fixture
def lead(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lead:
    return Lead(monkeypatch, capsys)


def test_a_token_is_all_that_is_printed(lead: Lead, home: Home) -> None:
    """So that `$(lead token ...)` works; its issuer is the system that last ran in the home."""
    home.prepare("http://127.0.0.1:9999")
    asked = ("--role", "agency-reporter", "--site", "king-county", "--source", "a", "--source", "b")
    code, out, err = lead("token", *asked, "--sub", "rms", "--agency", "WASPD0000")
    assert (code, err, out.count("\n")) == (0, "", 1)
    claims = jwt.decode(out.strip(), options={"verify_signature": False})
    assert claims["iss"] == "http://127.0.0.1:9999/auth"
    assert (claims["sub"], claims["agency"]) == ("rms", "WASPD0000")
    assert (claims["roles"], claims["sites"]) == (["agency-reporter"], ["king-county"])
    assert claims["sources"] == ["a", "b"]


def test_no_token_where_no_system_ever_ran(lead: Lead) -> None:
    """And no key is made by asking."""
    code, out, err = lead("token", "--role", "ops", "--site", "king-county")
    assert (code, out) == (1, "")
    assert "Start a system in it with: lead run" in err


def test_an_unknown_role_is_refused_with_the_list(lead: Lead, home: Home) -> None:
    """A typing error must not become a token that is refused everywhere."""
    home.prepare("http://127.0.0.1:9999")
    code, out, err = lead("token", "--role", "casemanager", "--site", "king-county")
    assert (code, out) == (2, "")
    assert "case-manager" in err


def test_keys_are_private_and_prosecution_holds_no_care_key(home: Home) -> None:
    """The firewall's key rings, made once and kept."""
    home.prepare("http://127.0.0.1:9999")
    rings = {path.stem: json.loads(path.read_text()) for path in home.keys.glob("*.json")}
    classes = {
        name: {key["data_class"] for key in ring["keys"]}
        for name, ring in rings.items()
        if name != "jwks"
    }
    everything = {"identity", "care", "digest"}
    assert classes.pop("prosecution-hook") == {"identity", "digest"}
    assert all(held == everything for held in classes.values())
    assert home.keys.stat().st_mode & 0o077 == 0
    before = (home.keys / "casework.json").read_text()
    home.prepare("http://127.0.0.1:9999")
    assert (home.keys / "casework.json").read_text() == before


def test_nobody_at_the_address_is_said_in_words(lead: Lead, home: Home) -> None:
    """No traceback for a system that is not running."""
    home.prepare("http://127.0.0.1:9")
    for arguments in (("outbox",), ("dead-letters", "list"), ("contacts", "outcomes")):
        code, out, err = lead(*arguments)
        assert (code, out) == (1, "")
        assert "Nobody answers at http://127.0.0.1:9" in err


def test_without_a_home_a_token_file_is_asked_for(lead: Lead) -> None:
    """Against a system elsewhere the token comes from a file."""
    code, _, err = lead("outbox", "--url", "http://127.0.0.1:9")
    assert code == 1
    assert "Give --token-file" in err


def test_a_bad_mapping_ends_the_feed_before_it_begins(lead: Lead, tmp_path: Path) -> None:
    """Where the mapping is wrong, and nothing is left behind."""
    (tmp_path / "rows.csv").write_text("a\n1\n")
    (tmp_path / "token").write_text("t")
    (tmp_path / "mine.toml").write_text("[fields]\n")
    arguments = ("--mapping", str(tmp_path / "mine.toml"), "--token-file", str(tmp_path / "token"))
    code, _, err = lead("feed", str(tmp_path / "rows.csv"), *arguments)
    assert code == 1
    assert "nothing gives site" in err
    assert not list(tmp_path.glob("rows.csv.*"))


def test_a_feed_that_cannot_learn_the_zone_ends_before_it_begins(
    lead: Lead, tmp_path: Path
) -> None:
    """Times without an offset are not read on a clock that this machine assumes."""
    (tmp_path / "rows.csv").write_text("No,When\n1,2026-03-04 20:10\n")
    (tmp_path / "token").write_text("t")
    (tmp_path / "mine.toml").write_text(
        '[constants]\nsite = "king-county"\nsource_system = "jms"\ncontact_type = "booking"\n'
        '[fields]\nsource_record_id = "No"\noccurred_at = { time = "When" }\n'
    )
    arguments = ("--mapping", str(tmp_path / "mine.toml"), "--token-file", str(tmp_path / "token"))
    code, _, err = lead(
        "feed", str(tmp_path / "rows.csv"), *arguments, "--url", "http://127.0.0.1:9"
    )
    assert code == 1
    assert "Nobody answers at http://127.0.0.1:9" in err
    assert not list(tmp_path.glob("rows.csv.*"))


def test_a_problem_is_told_with_field_and_hint() -> None:
    """RFC 9457 in plain words."""
    problem = {
        "status": 422,
        "title": "Unprocessable Content",
        "detail": "Not accepted.",
        "errors": [{"pointer": "/person/dob", "code": "under_18", "hint": "Adults only."}],
        "trace_id": "abc",
    }
    assert list(describe(problem)) == [
        "422 Unprocessable Content: Not accepted.",
        "  /person/dob: Adults only. (under_18)",
        "  trace abc",
    ]


def test_an_error_that_is_no_problem_document_is_still_told() -> None:
    """A gateway in between may answer with a page."""
    refused = Refused(httpx.Response(502, text="<html>"))
    assert str(refused) == "502 Bad Gateway: no reason was given."


def test_every_page_of_a_list_is_read() -> None:
    """Until there is no next one."""
    answers = {None: ([{"n": 1}, {"n": 2}], "c1"), "c1": ([{"n": 3}], None)}

    def answer(request: httpx.Request) -> httpx.Response:
        items, following = answers[request.url.params.get("cursor")]
        return httpx.Response(200, json={"items": items, "next": following})

    api = Api("http://city.test", "t", transport=httpx.MockTransport(answer))
    assert [item["n"] for item in api.pages("/x")] == [1, 2, 3]


def test_a_lost_connection_is_unreachable() -> None:
    """Whatever the transport calls it."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset")

    api = Api("http://city.test", "t", transport=httpx.MockTransport(fail))
    with pytest.raises(Unreachable, match=r"city\.test"):
        api.get("/x")


def test_a_time_needs_its_offset() -> None:
    """A replay over the wrong hours would look like a bug."""
    assert parse_time("2026-02-03T01:10:00-08:00").tzinfo is not None
    for wrong in ("2026-02-03T01:10:00", "yesterday"):
        with pytest.raises(Exception, match="2026-02-03T01:10:00-08:00"):
            parse_time(wrong)


def test_a_token_file_may_hold_what_people_paste(tmp_path: Path) -> None:
    """With the scheme, with a line break."""
    (tmp_path / "token").write_text("Bearer abc\n")
    assert client.read_token(tmp_path / "token") == "abc"


@pytest.mark.parametrize(
    "options", [("--mailpit", "http://x"), ("--url", "http://x", "--mailpit", "http://x")]
)
def test_a_demo_elsewhere_needs_all_it_needs(lead: Lead, options: tuple[str, ...]) -> None:
    """Sign-ins, mail catcher and address belong together."""
    code, _, err = lead("demo", *options)
    assert code == 2
    assert "--sign-ins and --mailpit go together" in err
