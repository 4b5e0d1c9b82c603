"""A jail's nightly roster and the system that it is sent to, for tests of rosters."""

import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from lead.mapping import Mapping
from lead.roster_choices import Options
from lead.roster_command import Place, take_roster

MAPPING = Mapping.model_validate(
    {
        "time_zone": "America/Los_Angeles",
        "constants": {"site": "s", "source_system": "jms", "contact_type": "booking"},
        "fields": {
            "source_record_id": "Booking",
            "occurred_at": {"time": "Booked"},
            "person.name": "Name",
            "person.dob": {"date": "Born"},
        },
        "charges": {"text": "Charge"},
    }
)
START = datetime(2026, 3, 4, 2, tzinfo=UTC)
Rows = dict[str, tuple[str, str]]
ONE, TWO = ("2026-03-04 01:10", "THEFT 3"), ("2026-03-04 01:20", "TRESPASS")


class System:
    """The outside world: keeps reports by record and version, and takes them back."""

    def __init__(self) -> None:
        self.reports: dict[tuple[str, int], dict[str, Any]] = {}
        self.receipts: dict[tuple[str, int], str] = {}
        self.taken_back: set[str] = set()
        self.refuse: set[str] = set()
        self.dies_after: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/retraction"):
            return self._take_back(request)
        lines = [json.loads(line) for line in request.content.splitlines()]
        answers = [self._take(n, body) for n, body in enumerate(lines, start=1)]
        self._die()
        return httpx.Response(200, text="".join(json.dumps(a) + "\n" for a in answers))

    def _take(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        record = (body["source_record_id"], body["record_version"])
        if record[0] in self.refuse:
            error = {"pointer": "/person", "code": "no", "hint": "No."}
            return {"line": number, "status": 422, "errors": [error]}
        if self.reports.setdefault(record, body) != body:
            return {"line": number, "status": 409, "detail": "Other content."}
        receipt = self.receipts.setdefault(record, str(uuid4()))
        return {"line": number, "status": 202, "receipt": receipt}

    def _take_back(self, request: httpx.Request) -> httpx.Response:
        record = json.loads(request.content)["source_record_id"]
        assert self.receipts[record, 1] in request.url.path
        self.taken_back.add(record)
        self._die()
        return httpx.Response(202, json={"receipt": self.receipts[record, 1]})

    def _die(self) -> None:
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise KeyboardInterrupt

    def kinds(self) -> Counter[str]:
        return Counter(body["contact_type"] for body in self.reports.values())


class Nights:
    """Takes a roster night after night, in a folder of its own."""

    def __init__(self, folder: Path, system: System) -> None:
        self.folder, self.system, self.number = folder, system, 0
        self.state = folder / "s.jms.roster-state"
        (folder / "token").write_text("good")

    def __call__(self, rows: Rows, mapping: Mapping = MAPPING, **options: Any) -> None:
        """The next night's roster."""
        self.number += 1
        lines = [f'{no},{booked},"MADEUP, {no}",1980-06-15,{charge}'
                 for no, (booked, charge) in rows.items()]  # fmt: skip
        text = "\n".join(["Booking,Booked,Name,Born,Charge", *lines]) + "\n"
        (self.folder / "roster.csv").write_text(text)
        stamp = (START + timedelta(days=self.number)).timestamp()
        os.utime(self.folder / "roster.csv", (stamp, stamp))
        self.again(mapping, **options)

    def again(self, mapping: Mapping = MAPPING, **options: Any) -> None:
        """The same file once more."""
        place = Place(
            self.folder / "roster.csv", self.state, self.folder / "rejects.csv", "http://city.test",
            self.folder / "token", transport=httpx.MockTransport(self.system),
        )  # fmt: skip
        take_roster(mapping, place, Options(**options))
