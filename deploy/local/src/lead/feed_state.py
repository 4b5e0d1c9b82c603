"""What a feed has finished, in a file beside the agency's own, so that it can be run again.

One line per finished row: where it is, a digest of it, how it ended. No content of the row. The
file only grows, so a feed that is killed loses at most its last chunk, which the server recognizes,
and what was fed under the same name before, or to another system, stays on record.
"""

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from lead.errors import Failure

LOCAL = 0
STARTED_OVER = "started_over"


class StateInUse(Failure):
    """Another feed is running with this state file."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a row ended: the server's status, or LOCAL when it could not be sent, with reasons."""

    line: int
    digest: str
    status: int
    reasons: tuple[dict[str, str], ...] = ()
    receipt: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status == 202


class FeedState:
    """The finished rows of one file; `with` holds the file for this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: dict[tuple[int, str], Finished] = {}

    def __enter__(self) -> Self:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise StateInUse(f"Another feed is at work with {self.path}.") from None
        self._load()
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def find(self, line: int, digest: str) -> Finished | None:
        return self._rows.get((line, digest))

    def forget(self) -> None:
        """Start over; what was finished until now stays in the file, and does not count."""
        self._rows.clear()
        self._file.write(json.dumps({STARTED_OVER: datetime.now(UTC).isoformat()}) + "\n")
        self._file.flush()

    def add(self, finished: Iterable[Finished]) -> None:
        """Remember rows; they are in the file when this returns."""
        for row in finished:
            if self._rows.get((row.line, row.digest)) == row:
                continue
            self._rows[row.line, row.digest] = row
            self._file.write(json.dumps(asdict(row), separators=(",", ":")) + "\n")
        self._file.flush()

    def _load(self) -> None:
        self._file.seek(0)
        text = self._file.read()
        for line in text.splitlines():
            try:
                values = json.loads(line)
                if STARTED_OVER in values:
                    self._rows.clear()
                    continue
                row = _finished(values)
            except (ValueError, TypeError, KeyError):
                # The last write of a feed that was killed; its row is sent again.
                continue
            self._rows[row.line, row.digest] = row
        if text and not text.endswith("\n"):
            self._file.write("\n")


def _finished(values: dict[str, Any]) -> Finished:
    return Finished(**values | {"reasons": tuple(values["reasons"])})


def count(rows: Iterable[Finished]) -> Counter[str]:
    """Rows by how they ended, in words."""
    return Counter(_word(row) for row in rows)


def _word(row: Finished) -> str:
    if row.accepted:
        return "accepted"
    return "not sent" if row.status == LOCAL else "refused"
