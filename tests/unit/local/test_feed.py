"""The feed: every row once and finished once."""

import csv
import json
from pathlib import Path

import pytest
from tests.unit.local.feeding import BY_HAND, Runs, Server

from lead.feed_state import FeedState, Finished, StateInUse
from lead.mapping import Mapping, load
from lead.rejects import write_rejects
from lead.rows import BadFile, header, read_rows


def test_every_row_ends_once(run: Runs, server: Server) -> None:
    """Accepted, refused by the server, or not sendable: none is forgotten."""
    assert run() == {"accepted": 4, "refused": 2, "not sent": 2}
    assert [row.line for row, _ in run.results] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert server.rows_received == 6


def test_a_second_run_sends_one_row_to_recognize_the_system(run: Runs, server: Server) -> None:
    """Finished rows, refused ones too, are not sent again."""
    first = run()
    server.rows_received = 0
    assert run() == first
    assert server.rows_received == 1
    assert len(server.receipts) == 4


def test_another_system_at_the_same_address_gets_everything(run: Runs, server: Server) -> None:
    """A new, empty system must not be taken for the one that the state file is about."""
    first = run()
    server.receipts.clear()
    assert run() == first
    assert len(server.receipts) == 4


def test_changed_and_added_rows_are_sent(run: Runs, server: Server, tmp_path: Path) -> None:
    """An agency that corrects a row and adds one feeds the same file again."""
    path = tmp_path / "stops.csv"
    text = BY_HAND.read_text()
    path.write_text(text)
    run(path)
    corrected = text.replace("1 - 17,900003", "18 - 25,900003")
    added = text.splitlines()[1].replace("20150000000001,1,", "20150000000099,99,")
    path.write_text(f"{corrected}{added}\n")
    assert run(path) == {"accepted": 6, "refused": 1, "not sent": 2}
    assert len(server.receipts) == 6


def test_rejected_rows_are_written_with_line_and_reason(run: Runs, tmp_path: Path) -> None:
    """The agency's own columns follow, so that the file can be corrected and fed."""
    run()
    path = tmp_path / "rejects.csv"
    columns = header(BY_HAND, load("seattle-terry-stops"))
    assert write_rejects(path, run.results, columns) == 4
    with path.open(newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [(row["line"], row["status"]) for row in rejected] == [
        ("4", "422"), ("5", "422"), ("8", "not sent"), ("9", "not sent"),
    ]  # fmt: skip
    assert rejected[0]["reasons"] == "/person/age_to: Adults only. (under_18)"
    assert "value_not_mapped" in rejected[2]["reasons"]
    assert "wrong_number_of_columns" in rejected[3]["reasons"]
    assert rejected[1]["InitialCallType"] == 'THREATS, "BY PHONE"'
    assert write_rejects(path, [], columns) == 0
    assert not path.exists()


def test_a_torn_last_line_of_the_state_file_is_not_believed(run: Runs, server: Server) -> None:
    """A feed that was killed in the middle of a write goes on from the line before."""
    run()
    torn = run.state_path.read_bytes()[:-20]
    run.state_path.write_bytes(torn)
    run()
    assert run() == {"accepted": 4, "refused": 2, "not sent": 2}
    assert len(server.receipts) == 4


def test_the_state_file_says_nothing_about_the_people(run: Runs) -> None:
    """It lies about on an agency's disk for a long time."""
    run()
    assert "900001" not in run.state_path.read_text()
    assert run.state_path.stat().st_mode & 0o077 == 0


def test_two_feeds_with_one_state_file_do_not_meet(run: Runs) -> None:
    """The second is refused, in words."""
    with FeedState(run.state_path), pytest.raises(StateInUse):
        run()


def test_ndjson_is_read_by_dotted_names(seattle: Mapping, tmp_path: Path) -> None:
    """Nested objects are columns with dots; a line that is no object is a rejected row."""
    path = tmp_path / "stops.ndjson"
    path.write_text('{"a": {"b": 1}, "c": null}\n\nnot json\n[1]\n')
    rows = list(read_rows(path, seattle))
    assert [(row.line, row.fault) for row in rows] == [
        (1, None), (3, "not_a_json_object"), (4, "not_a_json_object"),
    ]  # fmt: skip
    assert rows[0].texts == {"a.b": "1", "c": None}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"TERRY_STOP_ID,Beat\n1,K3\n", "has no column Arrest Flag"),
        (b"", "the file is empty"),
        ("TERRY_STOP_ID\n\u00e9".encode("latin-1"), "line 2 is not utf-8-sig"),
    ],
)
def test_a_file_of_another_form_is_refused_before_anything_is_sent(
    content: bytes, said: str, run: Runs, server: Server, tmp_path: Path
) -> None:
    """The wrong file, or the wrong encoding, is said at once."""
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=said):
        run(path)
    assert server.rows_received == 0


def test_a_quoted_line_break_does_not_shift_the_line_numbers(
    seattle: Mapping, tmp_path: Path
) -> None:
    """Line numbers are those that an editor shows."""
    path = tmp_path / "stops.csv"
    head, first, *_ = BY_HAND.read_text().splitlines()
    broken = first.replace("NULL", '"two\nlines"', 1)
    path.write_text(f"{head}\n{broken}\n{first}\n")
    assert [row.line for row in read_rows(path, seattle)] == [2, 4]


def test_a_finished_row_is_in_the_file_at_once(tmp_path: Path) -> None:
    """A feed that is killed right after an answer has not forgotten it."""
    path = tmp_path / "state"
    row = Finished(2, "digest", 202, (), "receipt")
    with FeedState(path) as state:
        state.add([row])
        assert json.loads(path.read_text())["receipt"] == "receipt"
    with FeedState(path) as state:
        assert state.find(2, "digest") == row
