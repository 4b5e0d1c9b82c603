"""The records of an agency's file: each is a row, or several rows of one number."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lead.mapping import Mapping, Unmappable
from lead.rows import FAULTS, FileRow, read_rows


def read_records(path: Path, mapping: Mapping) -> Iterator[FileRow]:
    """Every record in the order of its first row; a faulty row stands for itself. BadFile.

    With one row per charge the whole file is held, since a record's rows may be anywhere in it.
    """
    if mapping.one_row_per == "record":
        yield from read_rows(path, mapping)
        return
    found: dict[object, list[FileRow]] = {}
    for row in read_rows(path, mapping):
        number = record_number(row, mapping)
        found.setdefault(row.line if number is None else number, []).append(row)
    for first, *others in found.values():
        yield replace(first, others=tuple(others))


def record_number(row: FileRow, mapping: Mapping) -> str | None:
    """The number of the row's record; None when it cannot be read."""
    if row.fault:
        return None
    try:
        return mapping.record_number(row.texts)
    except Unmappable:
        return None


def body_of(row: FileRow, mapping: Mapping) -> dict[str, Any]:
    """The contact's body of a record, from all its rows. Raises Unmappable."""
    for one in row.rows:
        if one.fault:
            raise Unmappable("", one.fault, FAULTS[one.fault])
    return mapping.body_of([one.texts for one in row.rows])
