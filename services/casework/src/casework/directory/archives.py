"""A zip of CSV tables, unpacked within bounds; what the archive says of itself is not believed."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from casework.directory.errors import NotAPackage, PackageTooLarge
from casework.directory.hsds import COLUMNS, LINE
from shared.errors import FieldError, Invalid
from shared.physical_lines import CountedBytes, Undecodable
from shared.table_records import BadTable
from shared.tables import ROW_FAULTS, Table

MOST_UNPACKED, MOST_LINES, MOST_LINE_CHARACTERS = 50_000_000, 100_000, 1_000_000
MOST_MEMBERS = 1_000
MOST_ERRORS = 50
# Every entry in an archive's directory begins with these bytes.
_ENTRY = b"PK\x01\x02"
# Of the other methods a small piece unpacks to any size at once.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Singular and plural: both are in use. What is not listed is not read.
_KINDS = {f"{kind}{ending}.csv": kind for kind in COLUMNS for ending in ("", "s")}
_KINDS["addresses.csv"] = "address"

Record = dict[str, Any]
Tables = dict[str, list[Record]]


def read_tables(body: bytes) -> Tables:
    """The rows of each table that casework reads, by the table's name in the singular.

    Raises NotAPackage, PackageTooLarge, or Invalid that names every bad table and line.
    """
    if body.count(_ENTRY) > MOST_MEMBERS:
        raise PackageTooLarge
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _Unpacking(archive).tables()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise NotAPackage from None


class _Unpacking:
    """One archive on its way to tables, and what is left of its bounds."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._bytes, self._lines = MOST_UNPACKED, MOST_LINES
        self._errors: list[FieldError] = []

    def tables(self) -> Tables:
        tables: Tables = {}
        for file in self._archive.infolist():
            name = file.filename.rpartition("/")[2].lower()
            kind = _KINDS.get(name)
            if kind in tables:
                self._fault(name, "repeated_table", "the package has this table twice.")
            elif kind is not None:
                tables[kind] = self._table(file, name, COLUMNS[kind])
        if self._errors:
            raise Invalid(errors=tuple(self._errors))
        return {kind: tables.get(kind, []) for kind in COLUMNS}

    def _table(self, file: zipfile.ZipInfo, name: str, columns: frozenset[str]) -> list[Record]:
        if file.compress_type not in _METHODS:
            self._fault(name, "compression", "pack it by the usual method of zip, deflate.")
            return []
        try:
            return list(self._rows(file, name, columns))
        except BadTable as error:
            self._fault(name, error.code, f"line {error.line}: {error.words}")
        except Undecodable as error:
            words = f"line {error.line} is not UTF-8. Save the table as UTF-8."
            self._fault(name, "not_utf_8", words)
        return []

    def _rows(self, file: zipfile.ZipInfo, name: str, columns: frozenset[str]) -> Iterator[Record]:
        """Each row's filled cells of the columns that are read, and its line. Raises BadTable."""
        # As many bytes as there are: a directory that gives a smaller size would cut the table.
        file.file_size = MOST_UNPACKED + 1
        with self._archive.open(file) as member:
            counted = CountedBytes(cast(BinaryIO, _Metered(member, self)), "utf-8-sig")
            with counted.lines() as lines:
                table = Table(self._bounded(lines))
                wanted = [(n, c) for n, c in enumerate(table.columns) if c in columns]
                for row in table:
                    if row.fault:
                        self._fault(name, row.fault, f"line {row.line}: {ROW_FAULTS[row.fault]}")
                    else:
                        yield {c: row.cells[n] for n, c in wanted} | {LINE: row.line}
                table.account.check(counted.count)

    def _bounded(self, lines: io.TextIOBase) -> Iterator[str]:
        """Line by line, none of them endless. Raises PackageTooLarge."""
        while text := lines.readline(MOST_LINE_CHARACTERS):
            self._lines -= 1
            if self._lines < 0 or len(text) == MOST_LINE_CHARACTERS:
                raise PackageTooLarge
            yield text

    def spend(self, size: int) -> None:
        """Bytes that were unpacked. Raises PackageTooLarge."""
        self._bytes -= size
        if self._bytes < 0:
            raise PackageTooLarge

    def _fault(self, name: str, code: str, words: str) -> None:
        if len(self._errors) < MOST_ERRORS:
            self._errors.append(FieldError(f"/{name}", code, f"{name}, {words}"))


class _Metered:
    """A member of the archive, inflated piece by piece as it is read."""

    def __init__(self, member: Any, unpacking: _Unpacking) -> None:
        self._member, self._unpacking = member, unpacking

    def read(self, size: int) -> bytes:
        data: bytes = self._member.read(size)
        self._unpacking.spend(len(data))
        return data
