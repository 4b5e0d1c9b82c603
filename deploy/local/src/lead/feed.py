"""The feed: an agency's file, posted row by row through the REST API, as often as it takes.

It can be stopped at any time and run again: finished rows are skipped by the state file, and a row
that is sent twice is recognized by the server, which knows its record number and version.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lead.client import Refused, read_token
from lead.errors import Failure
from lead.feed_state import LOCAL, FeedState, Finished
from lead.mapping import Mapping, Unmappable
from lead.records import body_of, read_records
from lead.rows import FileRow, examine

PATH = "/referral/v1/contacts:batch"
CHUNK_ROWS = 200
CHUNK_BYTES = 256 * 1024
LONGEST_WAIT_SECONDS = 60.0
BUSY = (408, 429, 500, 502, 503, 504)
NOT_ALLOWED = (401, 403)


class FeedStopped(Failure):
    """The feed cannot go on; what is finished is remembered. The text says why."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row ready to be sent."""

    number: int
    digest: str
    body: str

    def finished(self, status: int, answer: dict[str, Any]) -> Finished:
        reasons = tuple(_reasons(answer)) if status != 202 else ()
        return Finished(self.number, self.digest, status, reasons, answer.get("receipt"))


class Feed:
    """One file's way to one system. `patience`: seconds without progress before it gives up.

    The whole file is read before anything is sent; `account` says what its lines are. BadFile.
    """

    def __init__(
        self,
        path: Path,
        mapping: Mapping,
        state: FeedState,
        *,
        url: str,
        token_file: Path,
        patience: float = 300,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path, self._mapping, self._state = path, mapping, state
        self.account = examine(path, mapping)
        self._salt = f"{mapping.digest} {url}"
        self._token_file = token_file
        self._token = read_token(token_file)
        self._patience, self._sleep = patience, sleep
        self._http = httpx.Client(base_url=url, timeout=60, transport=transport)
        self._progress_at = time.monotonic()
        self._failures = 0

    def run(self, on_progress: Callable[[int], None] = lambda _: None) -> None:
        """Send what is not finished; calls `on_progress` with how many rows are. FeedStopped."""
        self._distrust_foreign_state()
        done = 0
        for chunk in _chunks(self._lines()):
            self._post([line for line in chunk if isinstance(line, _Line)])
            done += len(chunk)
            on_progress(done)

    def results(self) -> Iterator[tuple[FileRow, Finished]]:
        """Every finished row of the file with how it, or the record that it is part of, ended."""
        for record in read_records(self._path, self._mapping):
            if finished := self._state.find(record.line, record.digest(self._salt)):
                yield from ((row, finished) for row in record.rows)

    def body(self, row: FileRow) -> dict[str, Any]:
        """What is posted about a record. Raises Unmappable."""
        return body_of(row, self._mapping)

    def close(self) -> None:
        self._http.close()

    def _lines(self) -> Iterator[_Line | Finished]:
        for row in read_records(self._path, self._mapping):
            digest = row.digest(self._salt)
            found = self._state.find(row.line, digest)
            # A row that could not be sent is tried again: a newer release may read it.
            line = found if found and found.status != LOCAL else self._line(row, digest)
            if isinstance(line, Finished) and line.status == LOCAL:
                self._state.add([line])
            yield line

    def _line(self, row: FileRow, digest: str) -> _Line | Finished:
        try:
            body = json.dumps(self.body(row), separators=(",", ":"))
        except Unmappable as error:
            return Finished(row.line, digest, LOCAL, (error.reason,))
        return _Line(row.line, digest, body)

    def _distrust_foreign_state(self) -> None:
        """Another system may have come to the same address: does it know a row as we do?"""
        accepted = ((row, end) for row, end in self.results() if end.accepted)
        for row, end in accepted:
            line = self._line(row, end.digest)
            if isinstance(line, Finished) or self._send([line])[0].receipt != end.receipt:
                self._state.forget()
            return

    def _post(self, lines: Sequence[_Line]) -> None:
        """Returns when every line is finished."""
        while lines:
            finished = self._send(lines)
            self._state.add(finished)
            done = {row.line for row in finished}
            lines = [line for line in lines if line.number not in done]

    def _send(self, lines: Sequence[_Line]) -> list[Finished]:
        """Send until at least one of the lines is finished; returns those that are."""
        while True:
            response = self._try(lines)
            if response is not None and response.status_code == 413 and len(lines) > 1:
                lines = lines[: len(lines) // 2]
                continue
            finished = list(_settled(lines, response)) if response is not None else []
            if finished:
                self._progress_at, self._failures = time.monotonic(), 0
                return finished
            self._wait(response)

    def _try(self, lines: Sequence[_Line]) -> httpx.Response | None:
        """One POST; None when it could not be carried out for now. Raises FeedStopped."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-ndjson"}
        content = "".join(f"{line.body}\n" for line in lines).encode()
        try:
            response = self._http.post(PATH, content=content, headers=headers)
        except httpx.TransportError:
            return None
        if response.status_code == 401 and self._has_new_token():
            return self._try(lines)
        if not (response.is_success or response.status_code in (*BUSY, 413)):
            raise FeedStopped(str(Refused(response)))
        return response

    def _has_new_token(self) -> bool:
        """Somebody may have put a fresh token into the file while we were at work."""
        before, self._token = self._token, read_token(self._token_file)
        return self._token != before

    def _wait(self, response: httpx.Response | None) -> None:
        if time.monotonic() - self._progress_at > self._patience:
            status = "nobody answers" if response is None else f"it answers {response.status_code}"
            raise FeedStopped(f"No progress for {self._patience:.0f} s: {status}.")
        backoff = min(0.5 * 2**self._failures, 30.0)
        self._failures += 1
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        seconds = float(asked) if asked.isdigit() else backoff
        self._sleep(min(seconds, LONGEST_WAIT_SECONDS))


def _settled(lines: Sequence[_Line], response: httpx.Response) -> Iterator[Finished]:
    """What a batch's answer says about each line. Raises FeedStopped when we may not post."""
    if response.status_code == 413:
        yield lines[0].finished(413, Refused(response).problem)
    if not response.is_success:
        return
    for text in response.text.splitlines():
        answer = json.loads(text)
        status = answer["status"]
        if status in NOT_ALLOWED:
            raise FeedStopped(f"{status}: {answer.get('detail', 'not allowed')}")
        if status not in BUSY:
            yield lines[answer["line"] - 1].finished(status, answer)


def _reasons(problem: dict[str, Any]) -> Iterator[dict[str, str]]:
    errors = problem.get("errors") or ()
    for error in errors:
        yield {name: str(error.get(name, "")) for name in ("pointer", "code", "hint")}
    if not errors:
        code = str(problem.get("type", "")).rsplit("/", 1)[-1]
        yield {"pointer": "", "code": code, "hint": str(problem.get("detail", ""))}


def _chunks(rows: Iterable[_Line | Finished]) -> Iterator[list[_Line | Finished]]:
    """Rows in order, cut where a body would become too large."""
    chunk: list[_Line | Finished] = []
    size = 0
    for row in rows:
        size += len(row.body) if isinstance(row, _Line) else 0
        if chunk and (len(chunk) == CHUNK_ROWS or size > CHUNK_BYTES):
            yield chunk
            chunk, size = [], len(row.body) if isinstance(row, _Line) else 0
        chunk.append(row)
    if chunk:
        yield chunk
