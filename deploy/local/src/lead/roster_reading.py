"""Reading a roster: every record of the file by its number, and the rows that cannot be one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lead.errors import Failure
from lead.feed_state import LOCAL, Finished
from lead.mapping import Mapping, Unmappable
from lead.records import body_of, read_records, record_number
from lead.roster import Body, Roster
from lead.rows import FileRow

_TWICE = {
    "pointer": "",
    "code": "record_twice",
    "hint": "Two rows have this record's number and say different things.",
}
_NAMELESS = {
    "pointer": "",
    "code": "no_record_number",
    "hint": "The row's record number cannot be read.",
}


class NotARoster(Failure):
    """The file cannot be taken as a roster."""


@dataclass(slots=True)
class Reading:
    """The records of a file by number, the rows behind each, and the rows that are rejected."""

    bodies: dict[str, Body] = field(default_factory=dict)
    rows: dict[str, FileRow] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)
    rejected: list[tuple[FileRow, Finished]] = field(default_factory=list)
    nameless: int = 0

    def take(self, row: FileRow, mapping: Mapping) -> None:
        """One record of the file."""
        number = record_number(row, mapping)
        if number is None:
            self.nameless += 1
            self._reject(row, _NAMELESS)
            return
        try:
            body = body_of(row, mapping)
        except Unmappable as error:
            self._unclear(number, row, error.reason)
            return
        if number in self.unclear or self.bodies.setdefault(number, body) != body:
            self._unclear(number, row, _TWICE)
        else:
            self.rows.setdefault(number, row)

    def roster(self, as_of: datetime) -> Roster:
        return Roster(as_of, self.bodies, frozenset(self.unclear), self.nameless)

    def rejects_of(self, key: str, end: Finished) -> Iterator[tuple[FileRow, Finished]]:
        """The rows of a record, each with how the record ended."""
        if key in self.rows:
            yield from ((row, end) for row in self.rows[key].rows)

    def _unclear(self, number: str, row: FileRow, reason: dict[str, str]) -> None:
        """Somebody of this number is there; what the roster says of them is not taken."""
        self.unclear.add(number)
        self.bodies.pop(number, None)
        if (other := self.rows.pop(number, None)) is not None:
            self._reject(other, reason)
        self._reject(row, reason)

    def _reject(self, row: FileRow, reason: dict[str, str]) -> None:
        end = Finished(row.line, "", LOCAL, (reason,))
        self.rejected += [(one, end) for one in row.rows]


def read_roster(file: Path, mapping: Mapping, as_of: datetime | None) -> tuple[Reading, Roster]:
    """Every record of the file. Raises BadFile, NotARoster when nothing in it is one."""
    reading = Reading()
    for row in read_records(file, mapping):
        reading.take(row, mapping)
    if reading.rejected and not reading.bodies:
        reasons = {end.reasons[0]["hint"] for _, end in reading.rejected}
        raise NotARoster(f"No row of {file} can be read: {' '.join(sorted(reasons))}")
    moment = as_of or datetime.fromtimestamp(file.stat().st_mtime, UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=mapping.zone or UTC)
    return reading, reading.roster(min(moment, datetime.now(UTC)))
