"""Whatever happens on the way, a feed goes on, or says why it cannot."""

import json
import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.unit.local.feeding import Runs, Server, many_rows

from lead.feed import FeedStopped


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
        httpx.Response(408),
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


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_a_server_could_not_do_for_now_is_sent_again(
    run: Runs, server: Server, status: int
) -> None:
    """A whole answer and a single line with such a status are both no end of a row."""
    line = json.dumps({"line": 1, "status": status, "detail": "Later."})
    server.trouble = [httpx.Response(status), httpx.Response(200, text=line)]
    assert run()["accepted"] == 4


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
