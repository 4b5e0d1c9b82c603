"""Tables: all rows as they were written, or the line where the trouble starts."""

import io
import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.physical_lines import CountedBytes, LineCount, Undecodable
from shared.table_records import MOST_LINES_OF_A_CELL, BadTable
from shared.tables import Account, Table

# Cells as agencies have them: empty, with quotes, delimiters, line breaks, in several scripts.
CELLS = st.text(st.sampled_from('ab ,;"\n\r\t\u2028\u00e9\u5b57'), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ROSTER = ["Booking", "Booked", "Last", "First", "Born", "Sex", "Remarks"]


@dataclass
class Read:
    """What came out of a table."""

    columns: list[str]
    rows: list[list[str]]
    faults: list[tuple[int, str]]
    account: Account


def read(content: str | bytes, encoding: str = "utf-8", delimiter: str = ",", **how: Any) -> Read:
    """Read a whole table and hold its account against a count of its own."""
    data = content.encode(encoding) if isinstance(content, str) else content
    counted = CountedBytes(io.BytesIO(data), encoding)
    with counted.lines() as lines:
        table = Table(lines, delimiter=delimiter, **how)
        rows = list(table)
    table.account.check(counted.count)
    physical = len(data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert counted.count.total in (physical, physical - 1)
    faults = [(row.line, row.fault) for row in rows if row.fault]
    return Read(table.columns, [row.cells for row in rows if not row.fault], faults, table.account)


def attempt(content: str, encoding: str = "utf-8", delimiter: str = ",") -> Read | BadTable:
    """What came out, or why the table is refused."""
    try:
        return read(content, encoding, delimiter)
    except BadTable as refused:
        return refused


def written(
    rows: list[list[str]], end: str = "\n", *, always: bool = False, delimiter: str = ","
) -> str:
    """The table as a correct writer writes it. (Python's own leaves a lone CR without marks.)"""

    def cell(text: str) -> str:
        needs = always or any(mark in text for mark in (delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


def roster(number: int = 6) -> list[list[str]]:
    """A header and rows of one form."""
    return [ROSTER] + [
        [f"BK-{n}", f"2026-03-04 01:1{n}", f"Madeup{n}", "Sam", "06/15/1980", "M", ""]
        for n in range(number)
    ]


rosters = st.lists(
    st.lists(CELLS, min_size=len(ROSTER), max_size=len(ROSTER)).filter(
        lambda row: "".join(row).strip()
    ),
    max_size=6,
)


@settings(deadline=None)
@given(
    rosters,
    st.booleans(),
    ENDS,
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-8"]),
)
def test_what_a_correct_writer_wrote_comes_out_as_it_was(
    rows: list[list[str]], always: bool, end: str, delimiter: str, encoding: str
) -> None:
    """Every cell to the letter; or a refusal, where a line of a cell looks like a row."""
    text = written([ROSTER, *rows], end, always=always, delimiter=delimiter)
    found = attempt(text, encoding, delimiter)
    if isinstance(found, BadTable):
        assert found.code == "quote_swallows_rows"
        assert any("\n" in cell or "\r" in cell for row in rows for cell in row)
        return
    assert found.rows == rows
    assert found.faults == []


WORD = st.sampled_from(["a", "Bo", "12"])
JOIN = st.sampled_from([" ", ",", ", ", '"', '" ', "\n"])
PLAIN = st.one_of(st.just(""), WORD, st.builds(lambda a, j, b: a + j + b, WORD, JOIN, WORD))


DAMAGES = [['"'], ["\n"], ["\r"], ["cut"], ["drop a mark"], ['"', '"'], ['"', "cut"], ['"', "\n"]]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[list[list[str]], str, int]:
    """Rows, their text with damage in up to three places, and the last line that it concerns."""
    width = draw(st.integers(3, 7))
    some = st.lists(PLAIN, min_size=width, max_size=width).filter(lambda row: "".join(row).strip())
    rows = draw(st.lists(some, min_size=1, max_size=6))
    rows = [[f"BK-{number}", *row[1:]] for number, row in enumerate(rows)]
    header = ROSTER[:width]
    always = draw(st.booleans())
    text = written([header, *rows], always=always)
    begin = len(written([header], always=always))
    latest = 0
    damages = draw(st.sampled_from(DAMAGES))
    for how in damages:
        at = draw(st.integers(min(begin, len(text)), len(text)))
        if how == "cut":
            text = text[:at]
        elif how == "drop a mark":
            at = text.find('"', at)
            at = len(text) if at < 0 else at
            text = text[:at] + text[at + 1 :]
        else:
            text = text[:at] + how + text[at:]
        latest = max(latest, len(re.findall(r"\r\n|\r|\n", text[:at])) + 1)
    return [header, *rows], text, latest + len(damages)


def essence(row: list[str]) -> list[str]:
    """Without what damage inside of a quoted cell can change while the cell stays a cell."""
    return [re.sub(r'["\r\n]', "", cell) for cell in row]


def is_one_of(row: list[str], rows: list[list[str]], *, last: bool) -> bool:
    """Is it a row that was written? The last one of a file may have been cut in its last cell."""
    mine = essence(row)
    for known in map(essence, rows):
        if mine == known:
            return True
        if last and mine[:-1] == known[:-1] and known[-1].startswith(mine[-1]):
            return True
    return False


@settings(deadline=None, max_examples=300)
@given(damaged())
def test_damage_changes_no_row_silently(case: tuple[list[list[str]], str, int]) -> None:
    """Rows that come out are rows that went in; else the table is refused where it is damaged."""
    rows, text, line = case
    found = attempt(text)
    if isinstance(found, BadTable):
        assert found.line <= line, text
    elif found.columns == rows[0]:
        for number, row in enumerate(found.rows, 1):
            assert is_one_of(row, rows, last=number == len(found.rows)), text


def lines_of(*changes: tuple[int, str], end: str = "\n") -> str:
    """The roster with these lines (1 is the header) instead of its own."""
    lines = written(roster()).splitlines()
    for number, text in changes:
        lines[number - 1] = text
    return "".join(line + end for line in lines)


OPEN = 'BK-1,2026-03-04 01:11,"Madeup1,Sam,06/15/1980,M,'
UNREAD = 'BK-1,2026-03-04 01:11,Madeup1,Sam,06/15/1980,M,"held for'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("changes", "line", "code"),
    [
        ([(3, OPEN)], 3, "quote_not_closed"),
        ([(3, UNREAD)], 3, "quote_not_closed"),
        ([(7, UNREAD)], 7, "quote_not_closed"),
        ([(7, 'BK-5,2026-03-04 01:15,Madeup5,Sam,06/15/1980,M,"')], 7, "quote_not_closed"),
        ([(3, OPEN), (6, 'BK-4,2026-03-04 01:14,Madeup4",Sam,06/15/1980,M,')], 3,
         "quote_swallows_rows"),
        ([(3, OPEN), (4, 'BK-2,2026-03-04 01:12,Madeup2",Sam,06/15/1980,M,')], 3,
         "quote_swallows_rows"),
        ([(3, OPEN), (5, 'BK-3,2026-03-04 01:13,Madeup3,Sam,06/15/1980",M,')], 3,
         "quote_swallows_lines"),
        ([(3, UNREAD), (5, 'BK-3,2026-03-04 01:13,Madeup3,Sam,06/15/1980,M,x"')], 3,
         "quote_swallows_rows"),
        ([(3, UNREAD), (5, 'BK-3,2026-03-04 01:13,"Madeup, 3",Sam,06/15/1980,M,x')], 3,
         "text_after_quote"),
        ([(4, 'BK-2,2026-03-04 01:12,"Madeup"2,Sam,06/15/1980,M,')], 4, "text_after_quote"),
        ([(4, 'BK-2,2026-03-04 01:12,Made"up2,Sam,06/15/1980,M')], 4, "quote_inside_cell"),
        ([(1, ",".join(ROSTER[:-1]) + ',"Remarks')], 1, "quote_not_closed"),
        ([(1, "Booking,Booked,Last,First,Born,Sex,Last")], 1, "repeated_column"),
        ([(1, "Booking,Booked,Last,First,Born,Sex, Last ")], 1, "repeated_column"),
        ([(4, "held over")], 3, "row_in_pieces"),
        ([(4, ","  * 1_000)], 4, "too_many_columns"),
    ],
)  # fmt: skip
def test_a_damaged_table_is_refused_where_the_trouble_starts(
    changes: list[tuple[int, str]], line: int, code: str, end: str
) -> None:
    """The line where the mark opens, not the one where somebody notices; with every line end."""
    for encoding in ("utf-8", "utf-16", "cp1252"):
        with pytest.raises(BadTable) as refused:
            read(lines_of(*changes, end=end), encoding)
        assert (refused.value.line, refused.value.code) == (line, code)
        assert "Madeup" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("BK-2,2026-03-04 01:12,Madeup2", "wrong_number_of_columns"),
        ("BK-2,2026-03-04 01:12,Madeup2,Sam,06/15/1980,M,,", "wrong_number_of_columns"),
        ('BK-2,2026-03-04 01:12,"Madeup2,Sam",06/15/1980,M,', "wrong_number_of_columns"),
        ("BK-2,2026-03-04 01:12,Madeup2,Sam,06/15/1980,M,5'10\" tall", "quote_inside_cell"),
        (",".join(ROSTER), "repeated_header"),
    ],
)
def test_one_bad_row_is_named_and_the_others_stay(line: str, fault: str) -> None:
    """Where the ends of a row are not in doubt, the rows around it are not, either."""
    found = read(lines_of((4, line)))
    assert found.faults == [(4, fault)]
    assert found.rows == [row for row in roster()[1:] if row[0] != "BK-2"]


@pytest.mark.parametrize(
    "cell",
    [
        "400 EXAMPLE ST\nSEATTLE, WA",
        "a\r\nb\r\nc",
        "one\n\n\nfour",
        'say "so"\nand, more, of it',
        "a\tb",
    ],
)
@pytest.mark.parametrize("place", range(len(ROSTER)))
def test_a_cell_of_several_lines_is_a_cell(cell: str, place: int) -> None:
    """In quotation marks it is legitimate, in every column, and its lines are accounted for."""
    rows = roster()
    rows[2][place] = cell
    found = read(written(rows))
    assert found.rows == rows[1:]
    assert found.account.continued == len(cell.splitlines()) - 1


def test_a_cell_without_end_is_refused_before_it_fills_the_memory() -> None:
    """The line is the one where it opens."""
    with pytest.raises(BadTable) as refused:
        read(lines_of((7, UNREAD)) + "more\n" * 2 * MOST_LINES_OF_A_CELL)
    assert (refused.value.line, refused.value.code) == (7, "quote_not_closed")


@pytest.mark.parametrize("blank", ["", "   ", ",,,,,,", '"",,,,,,', "\t", "\x1a"])
def test_blank_lines_are_counted_as_such(blank: str) -> None:
    """Wherever they stand, also as Excel writes an empty row."""
    text = lines_of()
    found = read(f"{text}{blank}\n{blank}\n")
    assert (found.account.rows, found.account.blank, found.account.lines) == (6, 2, 9)


def test_a_foot_is_no_row_and_takes_none_with_it() -> None:
    """What stands below the last row is named; the last row is whole."""
    found = read(f"{lines_of()}(6 rows affected)")
    assert found.faults == [(8, "wrong_number_of_columns")]
    assert found.rows == roster()[1:]
    assert found.account.unfinished


TITLE = "County Jail - nightly roster,,,,,,\n\nPrinted 03/05/2026\n"


@pytest.mark.parametrize("how", [{"is_header": lambda cells: "Last" in cells}, {"header_row": 4}])
def test_a_title_may_stand_above_the_header(how: dict[str, Any]) -> None:
    """Found by its columns, or by the line that the mapping says."""
    found = read(TITLE + lines_of(), **how)
    assert found.columns == ROSTER
    assert (found.account.title, found.account.header, found.account.rows) == (3, 1, 6)


def test_a_row_above_the_header_is_not_lost_as_a_title() -> None:
    """Two exports in one file: the first without its header."""
    above = ",".join(roster(1)[1][:-1]) + ",x\n"
    with pytest.raises(BadTable) as refused:
        read(above + lines_of(), is_header=lambda cells: cells == ROSTER)
    assert (refused.value.line, refused.value.code) == (1, "row_above_header")
    with pytest.raises(BadTable, match="ends before"):
        read(lines_of(), header_row=40)


@pytest.mark.parametrize("text", ["", "\n\r\n", "\ufeff", " ,, \n"])
def test_an_empty_table_is_said_to_be_empty(text: str) -> None:
    """It has no header: it is not a table without rows."""
    with pytest.raises(BadTable, match="empty"):
        read(text)
    assert read(lines_of().splitlines()[0]).rows == []


def test_bytes_that_are_not_text_are_named_by_their_line() -> None:
    """Also far into the file, and at its very end."""
    data = "".join(f"{n},caf\u00e9\r\n" for n in range(20_000)).encode()
    for line in (1, 10_000, 20_000):
        at = data.index(f"{line - 1},caf".encode()) + len(f"{line - 1},caf")
        with pytest.raises(Undecodable) as refused:
            read(data[:at] + b"\xe9" + data[at + 2 :])
        assert refused.value.line == line
    with pytest.raises(Undecodable) as refused:
        read(b"a,b\n1,\xc3")
    assert refused.value.line == 2


@given(st.text(st.sampled_from("a\r\n"), max_size=20), st.integers(0, 20))
def test_lines_are_counted_alike_however_the_text_is_cut(text: str, at: int) -> None:
    """CR LF is one line end, also where a piece ends between the two."""
    whole, pieces = LineCount(), LineCount()
    whole.add(text)
    for piece in (text[:at], text[at:]):
        pieces.add(piece)
    assert whole.total == pieces.total == len(io.StringIO(text, newline="").readlines())


def test_a_table_that_changes_while_it_is_read_is_refused() -> None:
    """Two counts that do not agree are not explained away."""
    with pytest.raises(BadTable) as refused:
        Account(header=1, rows=2).check(LineCount())
    assert refused.value.code == "lines_unaccounted"
