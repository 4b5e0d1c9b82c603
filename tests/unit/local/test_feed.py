"""The feed: every row once and finished once, whatever happens on the way."""

import csv
import json
import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lead.feed import Feed, FeedStopped
from lead.feed_state import FeedState, Finished, StateInUse, count
from lead.mapping import Mapping, load
from lead.rejects import write_rejects
from lead.rows import BadFile, header, read_rows

BY_HAND = Path(__file__).parents[2] / "data" / "terry_stops_by_hand.csv"
URL = "http://city.test"


class Server:
    """The outside world: takes batches as the API promises, or fails as `trouble` says."""

    def __init__(self) -> None:
        self.receipts: dict[tuple[str, int], str] = {}
        self.rows_received = 0
        self.trouble: list[Any] = []
        self.tokens = {"good"}
        self.largest_body = 1_000_000

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.trouble:
            fault = self.trouble.pop(0)
            if isinstance(fault, Exception):
                raise fault
            if isinstance(fault, httpx.Response):
                return fault
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.tokens:
            return httpx.Response(401, json={"title": "Unauthorized", "detail": "No such token."})
        if len(request.content) > self.largest_body:
            return httpx.Response(413, json={"title": "Content Too Large", "detail": "Too large."})
        lines = [json.loads(line) for line in request.content.splitlines()]
        self.rows_received += len(lines)
        answers = (self._answer(number, body) for number, body in enumerate(lines, start=1))
        return httpx.Response(200, text="".join(json.dumps(answer) + "\n" for answer in answers))

    def _answer(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        person = body["person"]
        if person.get("age_to", 99) < 18:
            errors = [{"pointer": "/person/age_to", "code": "under_18", "hint": "Adults only."}]
            return {"line": number, "status": 422, "errors": errors, "detail": "Invalid."}
        if not person.get("identifiers"):
            return {"line": number, "status": 422, "type": "/problems/nobody", "detail": "Nobody."}
        record = (body["source_record_id"], body["record_version"])
        receipt = self.receipts.setdefault(record, str(uuid4()))
        return {"line": number, "status": 202, "receipt": receipt}


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def seattle() -> Mapping:
    return load("seattle-terry-stops")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("Bearer good\n")
    return path


class Runs:
    """Runs a feed as often as a test wants, and keeps how long it was told to wait."""

    def __init__(self, server: Server, mapping: Mapping, token_file: Path, folder: Path) -> None:
        self._server, self._mapping, self._token_file = server, mapping, token_file
        self.state_path = folder / "state"
        self.waits: list[float] = []

    def __call__(self, path: Path = BY_HAND, *, patience: float = 300) -> dict[str, int]:
        with FeedState(self.state_path) as state:
            feed = Feed(
                path, self._mapping, state, url=URL, token_file=self._token_file,
                patience=patience, transport=httpx.MockTransport(self._server),
                sleep=self.waits.append,
            )  # fmt: skip
            try:
                feed.run()
            finally:
                self.results = list(feed.results())
        return dict(count(end for _, end in self.results))


@pytest.fixture
def run(server: Server, seattle: Mapping, token_file: Path, tmp_path: Path) -> Runs:
    return Runs(server, seattle, token_file, tmp_path)


def many_rows(folder: Path, number: int) -> Path:
    """A file of this many good rows, all different."""
    lines = BY_HAND.read_text().splitlines()
    good = lines[1].split(",")
    path = folder / "many.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(lines[0].split(","))
        for stop in range(number):
            writer.writerow([*good[:3], str(stop), *good[4:]])
    return path


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


@pytest.mark.parametrize("seed", range(5))
def test_faults_cost_time_and_nothing_else(
    run: Runs, server: Server, tmp_path: Path, seed: int
) -> None:
    """Lost connections, overload and restarts of the feed double nothing and lose nothing."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    path = many_rows(tmp_path, 1_000)
    faults: list[Any] = [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(503, headers={"Retry-After": "2"}),
        httpx.Response(429, headers={"Retry-After": "1"}),
        httpx.Response(502),
        None,
        None,
        KeyboardInterrupt(),
    ]
    for _ in range(200):
        server.trouble = [chance.choice(faults) for _ in range(6)]
        try:
            counts = run(path)
            break
        except KeyboardInterrupt:
            continue
    assert counts == {"accepted": 1_000}
    assert len(server.receipts) == 1_000


def test_an_answer_lost_after_the_server_took_the_rows_doubles_nothing(
    run: Runs, server: Server, tmp_path: Path
) -> None:
    """The worst moment: taken, but we were not told."""
    path = many_rows(tmp_path, 250)
    answered = server.__call__
    calls = iter([True, False, False, False])

    def lossy(request: httpx.Request) -> httpx.Response:
        response = answered(request)
        if next(calls, False):
            raise httpx.ReadError("connection reset")
        return response

    run._server = lossy  # type: ignore[assignment]
    assert run(path) == {"accepted": 250}
    assert len(server.receipts) == 250
    assert server.rows_received == 450


def test_it_waits_as_long_as_it_is_asked_to(run: Runs, server: Server) -> None:
    """Retry-After is honored; a line that was told 503 is sent again alone."""
    busy = {"line": 1, "status": 503, "detail": "Later."}
    taken = [{"line": n, "status": 202, "receipt": str(uuid4())} for n in range(2, 7)]
    answers = "".join(json.dumps(answer) + "\n" for answer in (busy, *taken))
    server.trouble = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(200, text=answers),
    ]
    run()
    assert run.waits == [7.0]
    assert server.rows_received == 1


def test_it_gives_up_when_nothing_moves_and_goes_on_later(run: Runs, server: Server) -> None:
    """A server that is away for too long stops the feed with a reason; a later run finishes."""
    server.trouble = [httpx.ConnectError("refused")] * 3
    with pytest.raises(FeedStopped, match="nobody answers"):
        run(patience=-1)
    assert run()["accepted"] == 4


def test_a_token_that_is_not_allowed_stops_it(run: Runs, server: Server) -> None:
    """Wrong rights are said at once, and no row is marked as finished."""
    server.tokens = {"another"}
    with pytest.raises(FeedStopped, match=r"401 Unauthorized: No such token\."):
        run()
    server.tokens = {"good"}
    server.trouble = [
        httpx.Response(200, text=json.dumps({"line": 1, "status": 403, "detail": "Not yours."}))
    ]
    with pytest.raises(FeedStopped, match=r"Not yours\."):
        run()
    assert run()["accepted"] == 4


def test_a_renewed_token_file_is_read_again(run: Runs, server: Server, token_file: Path) -> None:
    """A long feed outlives its token when somebody renews the file."""

    def renew(request: httpx.Request) -> httpx.Response:
        server.tokens = {"fresh"}
        token_file.write_text("fresh")
        return Server.__call__(server, request)

    run._server = renew  # type: ignore[assignment]
    assert run()["accepted"] == 4


def test_a_chunk_that_is_too_large_is_halved(run: Runs, server: Server, tmp_path: Path) -> None:
    """A smaller limit in front of the API does not stop the feed; a row over it is rejected."""
    server.largest_body = 2_000
    assert run(many_rows(tmp_path, 100)) == {"accepted": 100}
    server.largest_body = 10
    run.state_path.unlink()
    assert run(many_rows(tmp_path, 3)) == {"refused": 3}


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
        (b"TERRY_STOP_ID,Beat\n1,K3\n", "has no column ArrestFlag"),
        (b"", "has no column"),
        ("TERRY_STOP_ID,\u00e9".encode("latin-1"), "is not utf-8-sig"),
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
