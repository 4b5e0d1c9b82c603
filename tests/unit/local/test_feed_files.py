"""Odd files: what `lead feed` says of them, what it sends, and with which code it ends."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.unit.local.feeding import Server

from lead import cli
from lead.mapping import load
from lead.rows import BadFile, examine, read_rows

HEAD = "Booking,Version,Booked,Last,Number\n"
MAPPING = """
time_zone = "America/Los_Angeles"
[constants]
site = "king-county"
source_system = "jms-county-a"
contact_type = "booking"
record_version = 1
[fields]
source_record_id = "Booking"
occurred_at = { time = "Booked" }
"person.surname" = "Last"
"person.identifiers[jms]" = "Number"
"""


def row(number: int, *, booked: str = "2026-03-04 01:10", person: str = "Madeup") -> str:
    return f"BK-{number},1,{booked},{person},{number}\n"


class Ended:
    """How a run of the command ended."""

    def __init__(self, code: int, said: str) -> None:
        self.code, self.said = code, said
        found = re.findall(r"^(lines|rows|accepted|refused|not sent|waiting) +(\d+)\b", said, re.M)
        self.counts = {name: int(number) for name, number in found}


Fed = Callable[..., Ended]


@pytest.fixture
def fed(
    server: Server,
    token_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Fed:
    """`lead feed` of a file with this name and content, against the server of these tests."""
    (tmp_path / "m.toml").write_text(MAPPING)
    client = httpx.Client
    monkeypatch.setattr(
        httpx,
        "Client",
        lambda **how: client(**how | {"transport": httpx.MockTransport(server)}),
    )

    def run(name: str, content: str | bytes, *options: str) -> Ended:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        named = ("--mapping", str(tmp_path / "m.toml"), "--token-file", str(token_file))
        argv = ["lead", "feed", str(path), "--url", "http://lead.test", *named, *options]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as end:
            cli.app()
        printed = capsys.readouterr()
        code = end.value.code
        return Ended(code if isinstance(code, int) else 0, printed.out + printed.err)

    return run


def test_every_line_is_named_in_the_summary(fed: Fed) -> None:
    """Title, header, rows, lines inside of cells, and blank ones are all the lines there are."""
    text = f'Nightly roster\n\n{HEAD}{row(1)}\nBK-2,1,2026-03-04 01:10,"Made\nup",2\n,,,,\n'
    ended = fed("r.csv", text)
    assert ended.code == 0
    assert (
        "lines     8 = 2 title + 1 header + 2 rows + 1 in cells of several lines + 2 blank"
        in ended.said
    )
    assert ended.counts == {
        "lines": 8, "rows": 2, "accepted": 2, "refused": 0, "not sent": 0, "waiting": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEAD + row(1) + row(2, person='"Madeup') + row(3), "line 3: a quotation mark opens"),
        (HEAD + row(1) + row(2)[:-1] + ',"note\n' + row(3), "line 3"),
        (
            HEAD.replace("Version", "Last") + row(1),
            'columns 2 and 4 have the same name. It is "Last"',
        ),
        ("", "the file is empty"),
        (HEAD.encode("utf-16"), "line 1 is not utf-8-sig"),
        (HEAD.encode() + b"caf\xe9\n", "line 2 is not utf-8-sig"),
        ("A,B\n1,2\n", "has no column Booked, Booking, Last, Number"),
    ],
)
def test_a_damaged_file_is_refused_and_nothing_of_it_is_sent(
    fed: Fed, server: Server, content: str | bytes, said: str
) -> None:
    """Exit code 1 and one sentence with the line."""
    ended = fed("r.csv", content)
    assert ended.code == 1
    assert said in ended.said
    assert "Traceback" not in ended.said
    assert server.rows_received == 0


def test_a_run_that_gets_too_little_through_does_not_end_like_a_good_one(fed: Fed) -> None:
    """None, or less than the share that was asked for; a repeat of a good run is a good run."""
    long = "".join(row(n)[:-1] + ",\n" for n in range(3))
    assert fed("none.csv", HEAD + long).code == 3
    assert fed("none.csv", HEAD + long, "--min-accepted", "0").code == 3
    some = HEAD + row(1) + row(2, booked="x") + row(3, booked="x")
    ended = fed("some.csv", some)
    assert (ended.code, ended.counts["accepted"]) == (3, 1)
    assert "Only 1 of 3 rows are accepted (--min-accepted 50 percent)." in ended.said
    assert fed("some.csv", some, "--min-accepted", "30").code == 0
    assert fed("good.csv", HEAD + row(1) + row(2, booked="x")).code == 0
    assert fed("good.csv", HEAD + row(1) + row(2, booked="x")).code == 0
    assert fed("good.csv", HEAD + row(1) + row(2, booked="x"), "--min-accepted", "100").code == 3
    assert fed("quiet.csv", HEAD).code == 0


def kept(folder: Path) -> str:
    """All that is left of rejected rows."""
    return "".join(path.read_text() for path in sorted(folder.glob("*rejects*")))


@pytest.mark.parametrize("options", [(), ("--rejects", "bad.rejects")])
def test_rejects_of_earlier_nights_stay(
    fed: Fed, tmp_path: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has one name every night; what was rejected is kept until somebody removes it."""
    monkeypatch.chdir(tmp_path)
    nights = [row(n) + row(n + 100, booked=f"bad {n}") for n in range(4)]
    for night in nights:
        fed("roster.csv", HEAD + night, *options)
    fed("roster.csv", HEAD + row(9), *options)
    ended = fed("roster.csv", HEAD + row(10), *options)
    left = kept(tmp_path)
    assert all(f"BK-{n + 100}," in left for n in range(4))
    assert len(list(tmp_path.glob("*rejects*"))) == 4
    assert "Rejected rows of 4 earlier runs are in " in ended.said
    for path in tmp_path.glob("*rejects*"):
        assert path.stat().st_mode & 0o077 == 0


def test_the_same_rejects_are_kept_once(fed: Fed, tmp_path: Path) -> None:
    """A run that is repeated, or goes on, makes no second file of the same rows."""
    first = HEAD + row(1) + row(2, booked="x")
    for content in (first, first, first + row(3, booked="y")):
        fed("r.csv", content)
    assert [path.name for path in tmp_path.glob("*rejects*")] == ["r.csv.rejects.csv"]
    assert "BK-3" in kept(tmp_path)
    assert (tmp_path / "r.csv.feed-state").read_text().count('"status":202') == 1


def test_what_was_fed_under_the_same_name_stays_on_record(
    fed: Fed, server: Server, tmp_path: Path
) -> None:
    """Other content, and another system at the same address, add to the state and erase nothing."""
    state = tmp_path / "r.csv.feed-state"
    fed("r.csv", HEAD + row(1))
    first = state.read_text()
    fed("r.csv", HEAD + row(2))
    assert state.read_text().startswith(first)
    second = state.read_text()
    server.receipts.clear()
    assert fed("r.csv", HEAD + row(2)).counts["accepted"] == 1
    assert len(server.receipts) == 1
    assert state.read_text().startswith(second)
    server.rows_received = 0
    fed("r.csv", HEAD + row(2))
    assert server.rows_received == 1


def test_ndjson_lines_are_accounted_for_too(fed: Fed, tmp_path: Path) -> None:
    """A cut last line, two objects on a line, a member twice, NaN, blank lines, a BOM."""
    good = json.dumps(dict(zip(HEAD.strip().split(","), row(1).strip().split(","), strict=True)))
    bad = [good[:-9], good + good, '{"Booking": 1, "Booking": 2}', "[1]", '{"Version": NaN}',
           '{"a.b": 1, "a": {"b": 2}}', "[" * 100_000]  # fmt: skip
    text = "\ufeff" + good + "\n\n" + "\n".join(bad)
    ended = fed("r.ndjson", text.encode(), "--min-accepted", "10")
    assert ended.counts == {
        "lines": 9, "rows": 8, "accepted": 1, "refused": 0, "not sent": 7, "waiting": 0
    }  # fmt: skip
    assert ended.code == 0
    rejects = [
        json.loads(line) for line in (tmp_path / "r.ndjson.rejects.ndjson").read_text().splitlines()
    ]
    assert [reject["line"] for reject in rejects] == list(range(3, 10))
    assert rejects[0]["row"] == {"(line)": good[:-9]}
    codes = [reject["reasons"][0]["code"] for reject in rejects]
    assert codes == [
        "not_a_json_object", "more_than_one_object", "repeated_member", "not_a_json_object",
        "not_a_json_object", "repeated_member", "not_a_json_object",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ['[{"Booking": 1},\n {"Booking": 2}]', '{\n "Booking": 1\n}'])
def test_a_json_document_is_not_taken_for_lines(fed: Fed, text: str) -> None:
    """It is refused at once, not object by object."""
    ended = fed("r.json", text)
    assert (ended.code, "Write one object a line" in ended.said) == (1, True)


def test_the_mapping_may_say_where_the_header_is(tmp_path: Path) -> None:
    """And then nothing else is taken for it."""
    path, text = tmp_path / "r.csv", f"{HEAD}x,x,x,x,x\n{HEAD}{row(1)}"
    path.write_text(text)
    mapping = load(str(_saved(tmp_path, 3)))
    assert [one.line for one in read_rows(path, mapping)] == [4]
    assert examine(path, mapping).title == 2
    with pytest.raises(BadFile, match="ends before its line 9"):
        examine(path, load(str(_saved(tmp_path, 9))))


def _saved(folder: Path, header_row: int) -> Path:
    path = folder / "m.toml"
    path.write_text(f"header_row = {header_row}\n{MAPPING}")
    return path


def test_cells_beyond_the_last_column_are_in_the_rejects(fed: Fed, tmp_path: Path) -> None:
    """What cannot be sent is there to be looked at, all of it."""
    fed("r.csv", HEAD + row(1) + row(2)[:-1] + ",too much\n")
    assert "too much" in kept(tmp_path)


def test_the_help_names_the_exit_codes() -> None:
    """Whoever writes the nightly job looks there first."""
    command = [sys.executable, "-m", "lead.cli", "feed", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for words in ("Exit code 0:", "1: the file is refused", "3: every row is finished"):
        assert words in said
