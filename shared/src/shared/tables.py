"""Tables as text (CSV and its kin): every physical line is accounted for, or the table is refused.

The form is strictly RFC 4180: a cell with a delimiter, a quotation mark or a line break stands
in quotation marks, and a mark in it is doubled. What a damaged table may mean is never guessed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from shared.physical_lines import LineCount
from shared.table_records import BadTable, Record, Records

MOST_TITLE_LINES = 20
IsHeader = Callable[[list[str]], bool]
# Why a row is none of its table; the lines around it are not in doubt.
ROW_FAULTS = {
    "wrong_number_of_columns": "The row has not as many cells as the header.",
    "quote_inside_cell": "A quotation mark stands inside a cell that does not begin with one.",
    "repeated_header": "The header stands here once more.",
}


@dataclass(slots=True)
class Account:
    """How many physical lines of a table are what; `unfinished`: the last has no line end."""

    title: int = 0
    header: int = 0
    rows: int = 0
    continued: int = 0
    blank: int = 0
    unfinished: bool = False

    @property
    def lines(self) -> int:
        return self.title + self.header + self.rows + self.continued + self.blank

    def check(self, count: LineCount) -> None:
        """Compare with a count that the parser had no hand in. Raises BadTable."""
        self.unfinished = count.unfinished
        if self.lines != count.total:
            words = f"there are {count.total} lines, and {self.lines} were read. Did they change?"
            raise BadTable(min(self.lines, count.total), "lines_unaccounted", words)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `line` is where it begins; `fault`, of ROW_FAULTS, says why it is no row here."""

    line: int
    cells: list[str]
    fault: str | None = None


class Table:
    """A header and its rows, read once. Raises BadTable, also while rows are read.

    The header is the first line that is not blank; with `is_header`, the first that it says yes to,
    below lines of a title; with `header_row`, this line.
    """

    def __init__(
        self,
        lines: Iterable[str],
        *,
        delimiter: str = ",",
        is_header: IsHeader | None = None,
        header_row: int | None = None,
    ) -> None:
        self.account = Account()
        rest = iter(lines)
        top = list(islice(rest, max(header_row or 0, MOST_TITLE_LINES)))
        titles = (header_row or _find_header(top, delimiter, is_header)) - 1
        if titles > len(top):
            raise BadTable(len(top), "no_header", f"the file ends before its line {header_row}.")
        self._records = Records(chain(top[titles:], rest), delimiter, above=titles)
        self.columns = self._read_header()
        self.account.title = titles
        if header_row is None:
            _check_titles(top[:titles], delimiter, len(self.columns))

    def __iter__(self) -> Iterator[Row]:
        """Every row that is not blank, in order."""
        fragments = _Fragments(len(self.columns))
        for record in self._not_blank():
            record.check_lines(len(self.columns))
            fragments.check(record)
            self.account.rows += 1
            self.account.continued += record.lines - 1
            yield Row(record.line, record.cells, self._fault(record))

    def _not_blank(self) -> Iterator[Record]:
        for record in self._records:
            if record.blank:
                self.account.blank += record.lines
            else:
                yield record

    def _read_header(self) -> list[str]:
        header = next(self._not_blank(), None)
        if header is None:
            raise BadTable(1, "empty_file", "the file is empty: it has no header line.")
        header.check_lines(len(header.cells))
        self.account.header = header.lines
        return _named(header)

    def _fault(self, record: Record) -> str | None:
        if len(record.cells) == len(self.columns):
            if record.stray_quote:
                return "quote_inside_cell"
            return "repeated_header" if record.cells == self.columns else None
        if record.stray_quote:
            # It may be the end of a cell whose beginning was lost.
            words = "a quotation mark stands inside a cell, and the number of cells is wrong."
            raise BadTable(record.line, "quote_inside_cell", words)
        return "wrong_number_of_columns"


class _Fragments:
    """Lines of one cell only, in a table of several columns.

    At the end of a file they are its foot. Above other rows they are what a line break leaves in a
    cell without quotation marks, and the rows beside them are cut, although they look whole.
    """

    def __init__(self, columns: int) -> None:
        self._possible = columns > 1
        self._row = self._end = 0
        self._fragment: int | None = None
        self._blamed: int | None = None

    def check(self, record: Record) -> None:
        """Raises BadTable at the first row below a fragment that stood directly beside a row."""
        beside = record.line == self._end + 1
        if self._possible and len(record.cells) == 1:
            if self._row and beside and self._fragment is None:
                self._blamed = self._row
            self._fragment = record.line
        else:
            if self._fragment is not None and (self._blamed or beside):
                self._refuse(self._blamed or self._fragment)
            self._row, self._fragment = record.line, None
        self._end = record.line + record.lines - 1

    def _refuse(self, line: int) -> None:
        words = (
            "this line or the next has one cell only. A line break in a cell needs quotation marks "
            "around the cell; a line that is no row needs blank lines around it."
        )
        raise BadTable(line, "row_in_pieces", words)


def _find_header(top: Sequence[str], delimiter: str, is_header: IsHeader | None) -> int:
    """The line of the header below a title, or 1."""
    for above in range(len(top) if is_header else 0):
        try:
            record = next(Records(top[above:], delimiter))
        except BadTable:
            continue
        if is_header and is_header(record.cells):
            return above + 1
    return 1


def _check_titles(titles: Sequence[str], delimiter: str, columns: int) -> None:
    """A row above the header would be lost as a title. Raises BadTable."""
    for line, text in enumerate(titles, 1):
        filled = sum(1 for cell in text.split(delimiter) if cell.strip())
        if filled * 2 > columns:
            words = "it stands above the header, but looks like a row. Set `header_row`."
            raise BadTable(line, "row_above_header", words)


def _named(header: Record) -> list[str]:
    """The columns' names; one without a name is called by its place. Raises BadTable."""
    seen: dict[str, int] = {}
    for place, name in enumerate(map(str.strip, header.cells), 1):
        if name and name in seen:
            words = f"columns {seen[name]} and {place} have the same name."
            raise BadTable(header.line, "repeated_column", words, column=name)
        seen[name] = place
    return [name or f"(column {place})" for place, name in enumerate(header.cells, 1)]
