"""A state's statutes by version, and what a charge is by the one in force when it happened.

A version is what somebody imported; a row's dates are the law's. An amended statute has one row
per wording, so an old charge keeps the severity of its own day.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from shared.ids import new_id

# "RCW 9A.56.050(1)", "NMSA 1978, § 30-16-20", or the section alone.
_CITED = re.compile(
    r"[§\s]*(?:([A-Z][A-Z. ]*?)[.,\s]*(?:1978)?[,§\s]*)?(\d[\dA-Z.:-]*)((?:\(\w+\))*)"
)


class Severity(StrEnum):
    """How severe a statute says an offense is; what depends on value or repetition has none."""

    FELONY = "felony"
    GROSS_MISDEMEANOR = "gross misdemeanor"
    MISDEMEANOR = "misdemeanor"
    PETTY_MISDEMEANOR = "petty misdemeanor"
    INFRACTION = "infraction"


class StatuteImport(SQLModel, table=True):
    """One version of a state's table: what was imported, from where, by whom."""

    __tablename__ = "statute_import"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    state: str
    version: int
    checksum: str
    source: str
    statutes: int
    imported_at: datetime = Field(sa_type=DateTime(timezone=True))
    imported_by: str


class Statute(SQLModel, table=True):
    """One wording of a statute, from its first day in force to its last."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    import_id: UUID
    state: str
    code: str
    section: str
    statute: str
    title: str
    nibrs: str | None = None
    severity: str | None = None
    effective_from: date
    effective_to: date | None = None
    source: str

    def in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def overlaps(self, other: "Statute") -> bool:
        """Whether on some day both are in force."""
        day = max(self.effective_from, other.effective_from)
        return self.in_force(day) and other.in_force(day)


@dataclass(frozen=True, slots=True)
class Citation:
    """A statute as it is cited: the code when it is named, and the sections, most exact first."""

    code: str | None
    sections: tuple[str, ...]


def cited(text: str) -> Citation | None:
    """Read a citation; None for what is not one."""
    found = _CITED.fullmatch(re.sub(r"\s*([()])\s*", r"\1", text.upper()).strip())
    if found is None:
        return None
    code, section, parts = found.groups()
    ends = [m.end() for m in re.finditer(r"\(\w+\)", parts)]
    exact = tuple(section + parts[:end] for end in reversed([0, *ends]))
    return Citation(re.sub(r"[. ]", "", code) if code else None, exact)


def statute_for(
    cite: Citation, state: str | None, on: date, rows: Sequence[Statute]
) -> Statute | None:
    """The wording in force on a day: of the exact paragraph, else of the section around it.

    A section alone says nothing unless it is known whose law it is.
    """
    if cite.code is None and state is None:
        return None
    for section in cite.sections:
        fitting = [
            row
            for row in rows
            if row.section == section
            and cite.code in (None, row.code)
            and state in (None, row.state)
            and row.in_force(on)
        ]
        if len(fitting) == 1:
            return fitting[0]
    return None


def classified(charge: dict[str, Any], statute: Statute, version: int) -> dict[str, Any]:
    """The charge with what its source left out, marked as ours. What was sent stays as sent."""
    known = {"nibrs": statute.nibrs, "severity": statute.severity}
    added = {name: value for name, value in known.items() if value and not charge.get(name)}
    if not added:
        return charge
    by = {"state": statute.state, "version": version, "fields": sorted(added)}
    return charge | added | {"by_statute_table": by}


def overlapping(rows: Sequence[tuple[int, Statute]]) -> Iterator[int]:
    """The lines whose dates overlap an earlier line's of the same statute."""
    wordings: dict[tuple[str, str], list[Statute]] = {}
    for line, row in rows:
        earlier = wordings.setdefault((row.code, row.section), [])
        if any(row.overlaps(other) for other in earlier):
            yield line
        earlier.append(row)
