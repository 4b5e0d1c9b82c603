"""Citations, dates in force, and what makes a statute table unusable."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from lead.statute_files import SHIPPED, body_of
from prosecution_hook.statutes.domain import Citation, Statute, cited, classified, statute_for
from prosecution_hook.statutes.errors import UnusableTable
from prosecution_hook.statutes.table import MOST_ROWS, read_table

HEADER = "state,statute,title,nibrs,severity,effective_from,effective_to,source"
ROW = "WA,RCW 9A.56.050,Theft 3,23H,gross misdemeanor,2009-07-26,,RCW 9A.56.050"


def table(*rows: str) -> str:
    return "\n".join((HEADER, *rows))


def statutes(*rows: str) -> list[Statute]:
    return read_table(table(*rows), uuid4())[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RCW 9A.56.050", Citation("RCW", ("9A.56.050",))),
        ("r.c.w. 9a.56.050 (1) (a)",
         Citation("RCW", ("9A.56.050(1)(A)", "9A.56.050(1)", "9A.56.050"))),
        ("NMSA 1978, § 30-16-20", Citation("NMSA", ("30-16-20",))),
        ("NMSA 1978 30-16-20(B)", Citation("NMSA", ("30-16-20(B)", "30-16-20"))),
        ("§ 30-14-1", Citation(None, ("30-14-1",))),
        ("9A.52.070", Citation(None, ("9A.52.070",))),
        ("Theft in the third degree", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_citation_is_read_as_people_write_it(text: str, expected: Citation | None) -> None:
    """Dots, year, section sign and paragraphs do not make another statute."""
    assert cited(text) == expected


def test_the_wording_in_force_on_the_day_is_the_one_that_counts() -> None:
    """Each day has the severity of its own law; the day before the first has none."""
    rows = statutes(
        "WA,RCW 69.50.4013,Possession,35A,misdemeanor,2021-05-13,2023-06-30,x",
        "WA,RCW 69.50.4013,Possession,35A,gross misdemeanor,2023-07-01,,x",
    )
    cite = cited("RCW 69.50.4013(1)")
    assert cite is not None
    days = (date(2021, 5, 12), date(2021, 5, 13), date(2023, 6, 30), date(2023, 7, 1))
    found = [statute_for(cite, "WA", day, rows) for day in days]
    assert [row.severity if row else None for row in found] == [
        None, "misdemeanor", "misdemeanor", "gross misdemeanor"
    ]  # fmt: skip


def test_another_state_s_law_and_a_city_s_are_never_taken_for_it() -> None:
    """A section alone needs to be known whose it is; a city's code is not the state's."""
    rows, day = statutes(ROW), date(2026, 1, 1)
    known = {
        (text, state): statute_for(cite, state, day, rows) is not None
        for text in ("RCW 9A.56.050", "9A.56.050", "SMC 9A.56.050")
        for state in ("WA", "NM", None)
        if (cite := cited(text))
    }
    assert [key for key, found in known.items() if found] == [
        ("RCW 9A.56.050", "WA"), ("RCW 9A.56.050", None), ("9A.56.050", "WA")
    ]  # fmt: skip


def test_what_was_sent_stays_as_it_was_sent() -> None:
    """Only what is missing is added, and it is marked as ours."""
    [row] = statutes(ROW)
    sent = {"seq": 1, "severity": "Class C felony", "nibrs": None}
    added = classified(sent, row, 3)
    assert (added["severity"], added["nibrs"]) == ("Class C felony", "23H")
    assert added["by_statute_table"] == {"state": "WA", "version": 3, "fields": ["nibrs"]}
    whole = sent | {"nibrs": "220"}
    assert classified(whole, row, 3) == whole


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("WA,Theft,Theft 3,23H,,2009-07-26,,x", "no_citation", "Line 3: "),
        ("WA,9A.56.050,Theft 3,23H,,2009-07-26,,x", "no_citation", "code and section"),
        (ROW.replace("23H", "CANARY"), "string_pattern_mismatch", "Line 3: nibrs"),
        (ROW.replace("gross misdemeanor", "CANARY"), "enum", "Line 3: severity"),
        (ROW.replace("2009-07-26", "CANARY"), "not_a_date", "Line 3: effective_from"),
        (ROW.replace("2009-07-26", "1248566400"), "not_a_date", "Line 3: effective_from"),
        (ROW.replace("07-26,", "07-26,2009-07-25"), "dates_reversed", "Line 3: effective_to"),
        ("WA,RCW 9A.1,CANARY,,,2009-07-26,,x", "says_nothing", "Line 3: nibrs"),
        ("WA,RCW 9A.1", "missing", "Line 3: title"),
        (ROW + ",CANARY", "extra_forbidden", "Line 3: a column that is not known"),
        (ROW.replace("WA", "NM").replace("RCW", "NMSA"), "another_state", "Line 3: "),
        (ROW, "dates_overlap", "Line 3: "),
        ('WA,"CANARY', "not_csv", "Line 3: "),
        ('WA,"CAN"ARY,', "not_csv", "Line 3: "),
    ],
)
def test_a_bad_line_is_named_and_not_repeated(row: str, code: str, words: str) -> None:
    """The line's number, the column and the reason; nothing of what stood there."""
    with pytest.raises(UnusableTable) as refused:
        read_table(table(ROW, row), uuid4())
    found = refused.value.errors[0]
    assert (found.pointer, found.code) == ("/content", code)
    assert words in found.hint
    assert "CANARY" not in found.hint


@pytest.mark.parametrize("content", ["", HEADER, "# only a remark", table(*[ROW] * MOST_ROWS, ROW)])
def test_a_table_of_nothing_and_one_too_long_are_refused(content: str) -> None:
    """An empty file must not take the place of a state's table."""
    with pytest.raises(UnusableTable):
        read_table(content, uuid4())


def test_remarks_and_the_mark_of_an_editor_are_not_lines_of_the_table() -> None:
    """Line numbers are the file's own, as an editor counts them."""
    state, [row] = read_table("\ufeff# a remark\n" + table(ROW), uuid4())
    assert (state, row.code, row.section) == ("WA", "RCW", "9A.56.050")
    with pytest.raises(UnusableTable) as refused:
        read_table("# a remark\n\n" + table(ROW, "WA"), uuid4())
    assert refused.value.errors[0].hint.startswith("Line 5: ")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.csv")), ids=lambda path: path.stem)
def test_the_shipped_tables_are_whole(path: Path) -> None:
    """With the checksum that stands beside them, and a source in every line."""
    body = body_of(path, None, path.name)
    _, rows = read_table(body["content"], uuid4())
    assert len(rows) >= 8
    assert all(row.source for row in rows)
