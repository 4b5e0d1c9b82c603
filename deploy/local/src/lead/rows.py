"""Reading an agency's file row by row: CSV with a header line, or NDJSON."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from lead.errors import Failure
from lead.mapping import Mapping

NDJSON_SUFFIXES = (".ndjson", ".jsonl", ".json")


class BadFile(Failure):
    """The file cannot be read as what it should be; the text says where and why."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: `line` is where it begins, `fault` is set when it is no row of this file's form.

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
        return dict(_flat("", self.values))

    def digest(self, salt: str) -> str:
        """Changes when the row, or what `salt` stands for, changes."""
        content = json.dumps([salt, *(row.values for row in self.rows)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:24]


def is_ndjson(path: Path) -> bool:
    return path.suffix.lower() in NDJSON_SUFFIXES


def read_rows(path: Path, mapping: Mapping) -> Iterator[FileRow]:
    """Every row in file order. Raises BadFile."""
    try:
        with path.open(encoding=mapping.encoding, newline="") as file:
            yield from _read_ndjson(file) if is_ndjson(path) else _read_csv(file, mapping)
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path} is not {mapping.encoding}: byte {error.start} of a block is not. "
            'Set `encoding` in the mapping, for example to "cp1252".'
        ) from None
    except (OSError, LookupError, csv.Error) as error:
        raise BadFile(f"{path} cannot be read: {error}") from None


def count_rows(path: Path, mapping: Mapping) -> int:
    """How many rows there are, having looked at all of them. Raises BadFile."""
    return sum(1 for _ in read_rows(path, mapping))


def header(path: Path, mapping: Mapping) -> list[str]:
    """The columns of a CSV file."""
    with path.open(encoding=mapping.encoding, newline="") as file:
        return next(csv.reader(file, delimiter=mapping.delimiter), [])


def _read_csv(file: TextIO, mapping: Mapping) -> Iterator[FileRow]:
    rows = csv.reader(file, delimiter=mapping.delimiter)
    columns = next(rows, [])
    if absent := mapping.absent_from(columns):
        raise BadFile(f"The file has no column {', '.join(absent)}; it has {', '.join(columns)}.")
    begins = rows.line_num + 1
    for cells in rows:
        if cells:
            fault = None if len(cells) == len(columns) else "wrong_number_of_columns"
            yield FileRow(begins, dict(zip(columns, cells, strict=False)), fault)
        begins = rows.line_num + 1


def _read_ndjson(file: TextIO) -> Iterator[FileRow]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError:
            values = None
        if isinstance(values, dict):
            yield FileRow(number, values)
        else:
            yield FileRow(number, {}, "not_a_json_object")


def _flat(prefix: str, values: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", None if value is None else str(value)
