"""Reading an agency's file row by row: CSV with a header line, or NDJSON."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lead.errors import Failure
from lead.json_rows import JsonRows, flat
from lead.mapping import Mapping
from shared.physical_lines import CountedBytes, LineCount, Undecodable
from shared.table_records import BadTable
from shared.tables import ROW_FAULTS, Account, Table

NDJSON_SUFFIXES = (".ndjson", ".jsonl", ".json")
FAULTS = ROW_FAULTS | {
    "not_a_json_object": "The line is not a JSON object.",
    "more_than_one_object": "More than one value stands on the line.",
    "repeated_member": "A member is given more than once.",
}


class BadFile(Failure):
    """The file cannot be read as what it should be; the text says where and why."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: `line` is where it begins; `fault` says why it is none of this form (FAULTS).

    `others` are the further rows of the same record.
    """

    line: int
    values: dict[str, Any]
    fault: str | None = None
    others: tuple["FileRow", ...] = ()

    @property
    def rows(self) -> tuple["FileRow", ...]:
        """All rows of the record, this one first."""
        return (self, *self.others)

    @property
    def texts(self) -> dict[str, str | None]:
        """The values by column; a nested one by its dotted path."""
        return dict(flat(self.values))

    def digest(self, salt: str) -> str:
        """Changes when the row, or what `salt` stands for, changes."""
        content = json.dumps([salt, *(row.values for row in self.rows)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:24]


def is_ndjson(path: Path) -> bool:
    return path.suffix.lower() in NDJSON_SUFFIXES


@dataclass(frozen=True, slots=True)
class _Source:
    """A file's rows, read once; every physical line is accounted for at their end."""

    rows: Iterable[FileRow]
    account: Account
    count: LineCount
    columns: list[str]

    def __iter__(self) -> Iterator[FileRow]:
        yield from self.rows
        self.account.check(self.count)


def examine(path: Path, mapping: Mapping) -> Account:
    """What every physical line of the file is, having read all of it. Raises BadFile."""
    with _opened(path, mapping) as source:
        for _ in source:
            pass
    return source.account


def read_rows(path: Path, mapping: Mapping) -> Iterator[FileRow]:
    """Every row in file order. Raises BadFile."""
    with _opened(path, mapping) as source:
        yield from source


def header(path: Path, mapping: Mapping) -> list[str]:
    """The columns of a CSV file; none of NDJSON. Raises BadFile."""
    with _opened(path, mapping) as source:
        return source.columns


@contextmanager
def _opened(path: Path, mapping: Mapping) -> Iterator[_Source]:
    """The file's rows; what goes wrong at any time while they are read is a BadFile."""
    try:
        with path.open("rb") as raw:
            counted = CountedBytes(raw, mapping.encoding)
            with counted.lines() as lines:
                source = _json if is_ndjson(path) else _csv
                yield source(lines, counted.count, mapping)
    except BadTable as error:
        column = f' It is "{error.column}".' if error.column else ""
        raise BadFile(f"{path.name}, line {error.line}: {error.words}{column}") from None
    except Undecodable as error:
        raise BadFile(
            f"{path.name}, line {error.line} is not {error.encoding}. "
            'Set `encoding` in the mapping, for example to "cp1252" or "utf-16".'
        ) from None
    except (OSError, LookupError, UnicodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}") from None


def _csv(lines: Iterable[str], count: LineCount, mapping: Mapping) -> _Source:
    table = Table(
        lines,
        delimiter=mapping.delimiter,
        is_header=lambda cells: not mapping.absent_from(cells),
        header_row=mapping.header_row,
    )
    columns = table.columns
    if absent := mapping.absent_from(columns):
        raise BadFile(f"The file has no column {', '.join(absent)}; it has {', '.join(columns)}.")
    rows = (FileRow(row.line, _values(columns, row.cells), row.fault) for row in table)
    return _Source(rows, table.account, count, columns)


def _json(lines: Iterable[str], count: LineCount, _: Mapping) -> _Source:
    objects = JsonRows(lines)
    rows = (FileRow(line, values, fault) for line, values, fault in objects)
    return _Source(rows, objects.account, count, [])


def _values(columns: list[str], cells: list[str]) -> dict[str, Any]:
    """Cells by column; those beyond the last column by their place."""
    beyond = [f"(column {place + 1})" for place in range(len(columns), len(cells))]
    return dict(zip([*columns, *beyond], cells, strict=False))
