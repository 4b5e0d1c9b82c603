"""Feeds and the server that they post to, for tests."""

import csv
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from lead.feed import Feed
from lead.feed_state import FeedState, count
from lead.mapping import Mapping

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
