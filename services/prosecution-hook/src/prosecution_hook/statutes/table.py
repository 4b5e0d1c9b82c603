"""A statute table as a file: CSV with a header, `#` for remarks. Every bad line is named."""

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from prosecution_hook.statutes.domain import Severity, Statute, cited, overlapping
from prosecution_hook.statutes.errors import UnusableTable
from shared.errors import MAX_ERRORS, FieldError
from shared.physical_lines import LineCount
from shared.reports import Label, Words
from shared.table_records import BadTable
from shared.tables import Table

MOST_ROWS = 5_000
# The name of what stands beyond the last column.
_TOO_MANY = ("",)
_HINTS = {
    "missing": "must be given.",
    "no_citation": "must name code and section, as in RCW 9A.56.050.",
    "not_a_date": "must be a date such as 2026-02-03.",
    "extra_forbidden": "stands there: leave it out.",
    "dates_reversed": "must not be before effective_from.",
    "says_nothing": "must have a NIBRS code or a severity, or both.",
}


def _nothing(value: object) -> object:
    return None if value == "" else value


def _iso(value: object) -> object:
    # Pydantic would take a bare number for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
        raise PydanticCustomError("not_a_date", _HINTS["not_a_date"])
    return value


def _citation(value: str) -> str:
    found = cited(value)
    if found is None or found.code is None:
        raise PydanticCustomError("no_citation", _HINTS["no_citation"])
    return value


Optional = BeforeValidator(_nothing)
Nibrs = Annotated[str, Field(pattern=r"^[0-9]{2,3}[A-Z]?$")]


class StatuteLine(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    state: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    statute: Label
    title: Words
    nibrs: Annotated[Nibrs | None, Optional] = None
    severity: Annotated[Severity | None, Optional] = None
    effective_from: Annotated[date, BeforeValidator(_iso)]
    effective_to: Annotated[date | None, BeforeValidator(_iso), Optional] = None
    source: Words

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _citation(self.statute)
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise PydanticCustomError("dates_reversed", "effective_to " + _HINTS["dates_reversed"])
        if self.nibrs is None and self.severity is None:
            raise PydanticCustomError("says_nothing", "nibrs " + _HINTS["says_nothing"])
        return self

    def statute_of(self, import_id: UUID) -> Statute:
        found = cited(self.statute)
        code, section = (found.code, found.sections[0]) if found else (None, "")
        values = self.model_dump() | {"code": code, "section": section}
        return Statute(**values, import_id=import_id)


def read_table(content: str, import_id: UUID) -> tuple[str, list[Statute]]:
    """The state and its rows. Raises UnusableTable with every bad line: all of it or nothing."""
    rows: list[tuple[int, Statute]] = []
    errors: list[FieldError] = []
    for line, values in _lines(content):
        try:
            rows.append((line, StatuteLine.model_validate(values).statute_of(import_id)))
        except ValidationError as error:
            errors += _faults(line, error)
    states = {row.state for _, row in rows}
    hint = "has dates that overlap an earlier line's of the same statute."
    errors += [_fault(line, "dates_overlap", hint) for line in overlapping(rows)]
    errors += [
        _fault(line, "another_state", "is of another state than the first: import it by itself.")
        for line, row in rows
        if row.state != rows[0][1].state
    ]
    if errors:
        raise UnusableTable(errors=tuple(errors[:MAX_ERRORS]))
    if not rows:
        raise UnusableTable("The file has no statutes in it.")
    return states.pop(), [row for _, row in rows]


def _lines(content: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line under the header's names, with its number in the file."""
    # Remarks become empty lines, which are counted.
    content = content.removeprefix("\ufeff")
    text = io.StringIO(content, newline="")
    count = LineCount()
    count.add(content)
    try:
        table = Table("\n" if line.startswith("#") else line for line in text)
        for number, row in enumerate(table, 1):
            if number > MOST_ROWS:
                raise UnusableTable(f"A table has at most {MOST_ROWS} statutes.")
            if row.fault == "quote_inside_cell":
                raise BadTable(row.line, "quote_inside_cell", "look at its quotes.")
            names = [*table.columns, *_TOO_MANY[: len(row.cells) - len(table.columns)]]
            yield row.line, dict(zip(names, row.cells, strict=False))
        table.account.check(count)
    except BadTable as error:
        if error.code == "empty_file":
            return
        fault = _fault(error.line, "not_csv", f"is not CSV: {error.words}")
        raise UnusableTable(errors=(fault,)) from None


def _faults(line: int, error: ValidationError) -> Iterator[FieldError]:
    """Without what stands there: a column's name and what is wrong with it."""
    for found in error.errors(include_url=False, include_input=False):
        column = next((str(part) for part in found["loc"]), "")
        if found["loc"] and column not in StatuteLine.model_fields:
            # A header of the sender's own words is not repeated.
            column = "a column that is not known"
        code = re.sub(r"[^a-z_]", "", found["type"])
        words = _HINTS.get(code, found["msg"]) if column else found["msg"]
        yield _fault(line, code, f"{column} {words}".strip())


def _fault(line: int, code: str, hint: str) -> FieldError:
    return FieldError("/content", code, f"Line {line}: {hint}")
