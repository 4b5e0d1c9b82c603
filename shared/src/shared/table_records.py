"""Records of a table, taken from physical lines: strictly RFC 4180, each fault with its line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

QUOTE = '"'
MOST_LINES_OF_A_CELL = 1_000
MOST_COLUMNS = 1_000
# White space, and what ends or begins files here and there without being text.
_NOTHING = "\x1a\ufeff"


class BadTable(ValueError):
    """The table is refused: where the trouble starts, a code, and words without the content.

    `column` is a column's name where the fault is about one.
    """

    def __init__(self, line: int, code: str, words: str, *, column: str | None = None) -> None:
        self.line, self.code, self.words, self.column = line, code, words, column
        super().__init__(f"Line {line}: {words}")


@dataclass(slots=True)
class Piece:
    """A physical line of a record of several lines, looked at as if it were a row of its own."""

    cells: int = 1
    inside: bool = False
    prose: bool = False

    def looks_like_a_row(self, columns: int, *, whole_first: bool) -> bool:
        return self.cells == columns and not self.prose and (self.inside or whole_first)


class Record:
    """The cells that stand between two line ends outside of quotation marks."""

    def __init__(self, line: int, cells: list[str]) -> None:
        self.line = line
        self.cells = cells
        # A quotation mark stands in a cell that does not begin with one.
        self.stray_quote = False
        # The line where the first cell of several lines opens.
        self.opened: int | None = None
        self.pieces = [Piece()]

    @property
    def lines(self) -> int:
        return len(self.pieces)

    @property
    def blank(self) -> bool:
        return not any(cell.strip().strip(_NOTHING) for cell in self.cells)

    def check_lines(self, columns: int) -> None:
        """Refuse a cell of several lines that may have swallowed rows. Raises BadTable."""
        if self.opened is None:
            return
        if len(self.cells) != columns:
            words = "the row of the cell that opens here has not as many cells as the header."
            raise BadTable(self.opened, "quote_swallows_lines", words)
        first, *others = self.pieces
        whole = first.cells == columns
        if any(piece.looks_like_a_row(columns, whole_first=whole) for piece in others):
            words = (
                "a quotation mark opens a cell here, and a later line of that cell looks like a "
                "row of its own. Close or remove the mark."
            )
            raise BadTable(self.opened, "quote_swallows_rows", words)


class Records:
    """Every record of these lines in order, blank ones too; `above`: lines that stand before."""

    def __init__(self, lines: Iterable[str], delimiter: str, *, above: int = 0) -> None:
        self._lines = iter(lines)
        self.line = above
        self.delimiter = delimiter

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        text = self.take()
        if text is None:
            raise StopIteration
        body = text.rstrip("\r\n").removeprefix("\ufeff")
        if QUOTE not in body:
            cells = body.split(self.delimiter, MOST_COLUMNS)
            _check_width(self.line, cells)
            return Record(self.line, cells)
        return _Quoted(body, text[len(text.rstrip("\r\n")) :], self).read()

    def take(self) -> str | None:
        """The next physical line."""
        text = next(self._lines, None)
        self.line += text is not None
        return text


def _check_width(line: int, cells: list[str]) -> None:
    if len(cells) > MOST_COLUMNS:
        raise BadTable(line, "too_many_columns", f"it has more than {MOST_COLUMNS} cells.")


class _Quoted:
    """A record with quotation marks, read cell by cell, on as many lines as it takes."""

    def __init__(self, body: str, end: str, records: Records) -> None:
        self._body, self._end, self._records = body, end, records
        self._delimiter = records.delimiter
        self._at = 0
        self._record = Record(records.line, [])

    def read(self) -> Record:
        cells = self._record.cells
        cells.append(self._cell())
        while self._at < len(self._body):
            # A delimiter stands here: another cell follows, be it empty.
            self._at += 1
            self._record.pieces[-1].cells += 1
            cells.append(self._cell())
            _check_width(self._record.line, cells)
        return self._record

    def _cell(self) -> str:
        if self._body.startswith(QUOTE, self._at):
            return self._quoted_cell()
        begin, self._at = self._at, self._body.find(self._delimiter, self._at)
        if self._at < 0:
            self._at = len(self._body)
        cell = self._body[begin : self._at]
        self._record.stray_quote |= QUOTE in cell
        return cell

    def _quoted_cell(self) -> str:
        opened, begin = self._records.line, self._at + 1
        parts = []
        while (close := self._closing(begin)) < 0:
            parts.append(self._body[begin:] + self._end)
            self._count(begin, len(self._body))
            self._next_line(opened, len(parts))
            begin = 0
        if parts:
            self._count(0, close)
        self._at = close + 1
        if self._at < len(self._body) and self._body[self._at] != self._delimiter:
            words = "text stands behind the closing quotation mark of the cell that opens here."
            raise BadTable(self._record.opened or opened, "text_after_quote", words)
        return "".join([*parts, self._body[begin:close]]).replace(QUOTE * 2, QUOTE)

    def _closing(self, begin: int) -> int:
        """Where the cell's closing mark stands on this line, or -1; a doubled one is text."""
        found = self._body.find(QUOTE, begin)
        while found >= 0 and self._body.startswith(QUOTE, found + 1):
            found = self._body.find(QUOTE, found + 2)
        return found

    def _count(self, begin: int, end: int) -> None:
        """Delimiters in a cell of several lines: they would part cells if the mark were a slip."""
        piece = self._record.pieces[-1]
        piece.cells += self._body.count(self._delimiter, begin, end)
        piece.inside = begin == 0 and end == len(self._body)

    def _next_line(self, opened: int, lines: int) -> None:
        self._record.opened = self._record.opened or opened
        text = self._records.take() if lines < MOST_LINES_OF_A_CELL else None
        if text is None:
            words = "a quotation mark opens a cell here that is never closed."
            raise BadTable(self._record.opened, "quote_not_closed", words)
        self._body = text.rstrip("\r\n")
        self._end = text[len(self._body) :]
        self._record.pieces.append(Piece(prose=self._is_prose()))

    def _is_prose(self) -> bool:
        """A space follows every delimiter, as in running text and not in tables."""
        parts = self._body.split(self._delimiter)
        return len(parts) > 1 and all(part.startswith(" ") for part in parts[1:])
