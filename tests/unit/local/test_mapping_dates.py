"""Dates and times in mappings: strict forms, two-digit years, the zone of the site."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead.mapping import BadMapping, Mapping, Unmappable, load
from lead.mapping.formats import compiled, full_year

TODAY = date(2026, 11, 30)
BASE = {
    "time_zone": "America/Los_Angeles",
    "constants": {"site": "s", "source_system": "rms", "contact_type": "booking"},
}


def day(text: str, **rule: Any) -> str:
    """What becomes of a birth date."""
    fields = {
        "source_record_id": "No",
        "occurred_at": {"time": "When"},
        "person.dob": {"date": "Born", **rule},
    }
    row = {"No": "1", "When": "2026-03-04 01:10", "Born": text}
    body = Mapping.model_validate(BASE | {"fields": fields}).body(row, TODAY)
    return str(body["person"]["dob"])


def moment(*cells: str, target: str = "occurred_at", **rule: Any) -> str:
    """What becomes of a time, of one column or several."""
    columns = [f"c{n}" for n in range(len(cells))]
    fields = {"source_record_id": "No", "occurred_at": {"time": "When"}}
    mapping = Mapping.model_validate(
        BASE | {"fields": fields | {target: {"time": columns, **rule}}}
    )
    row = {"No": "1", "When": "2026-03-04 01:10"} | dict(zip(columns, cells, strict=True))
    body = mapping.body(row, TODAY)
    found = body["next_court"]["at"] if target == "next_court.at" else body[target]
    return str(found)


@pytest.mark.parametrize(
    ("text", "form", "right"),
    [
        ("03/04/1980", "%m/%d/%Y", "1980-03-04"),
        ("3/4/1980", "%-m/%-d/%Y", "1980-03-04"),
        ("12/31/1980", "%-m/%-d/%Y", "1980-12-31"),
        ("03/04/1980", "%-m/%-d/%Y", "1980-03-04"),
        ("19800304", "%Y%m%d", "1980-03-04"),
        ("04-MAR-1980", "%d-%b-%Y", "1980-03-04"),
        ("March 4, 1980", "%B %-d, %Y", "1980-03-04"),
        ("1980-064", "%Y-%j", "1980-03-04"),
        ("Tue 03/04/1980", "%a %m/%d/%Y", "1980-03-04"),
        ("02/29/2000", "%m/%d/%Y", "2000-02-29"),
        ("1980-03-04", None, "1980-03-04"),
        ("1980-03-04T00:00:00.000", None, "1980-03-04"),
        ("1980-03-04T00:00:00Z", None, "1980-03-04"),
        ("1980-03-04 00:00:00", None, "1980-03-04"),
    ],
)
def test_a_date_in_its_form_is_read(text: str, form: str | None, right: str) -> None:
    """Portals' midnights, months by name, digits alone where the form says so."""
    assert day(text, **({"format": form} if form else {})) == right


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("3/4/1980", "%m/%d/%Y"),
        ("03/4/1980", "%m/%d/%Y"),
        ("03/04/80", "%m/%d/%Y"),
        ("03/04/1980", "%m/%d/%y"),
        ("003/04/1980", "%-m/%-d/%Y"),
        ("02/30/1980", "%m/%d/%Y"),
        ("02/29/1900", "%m/%d/%Y"),
        ("00/04/1980", "%m/%d/%Y"),
        ("13/04/1980", "%m/%d/%Y"),
        ("03/04/0000", "%m/%d/%Y"),
        ("Mon 03/04/1980", "%a %m/%d/%Y"),
        ("1981-366", "%Y-%j"),
        ("1980-000", "%Y-%j"),
        ("0304198", "%m%d%Y"),
        ("\uff11980-03-04", "%Y-%m-%d"),
        ("19800304", None),
        ("315619200", None),
        ("0", None),
        ("1980-W10-2", None),
        ("1980-03-04T08:00:00Z", None),
        ("1980-3-4", None),
        ("3/4/1980", None),
    ],
)
def test_a_date_in_another_form_is_rejected(text: str, form: str | None) -> None:
    """Widths are kept, days exist, and digits alone are neither a day nor seconds since 1970."""
    with pytest.raises(Unmappable) as caught:
        day(text, **({"format": form} if form else {}))
    assert caught.value.reason["code"] == "not_a_date"
    assert text not in caught.value.reason["hint"]


@given(st.dates(date(TODAY.year - 99, TODAY.month, TODAY.day), TODAY))
def test_a_birth_date_with_two_digits_is_never_in_the_future(born: date) -> None:
    """Everybody born in the hundred years up to today is read as born."""
    if (born.month, born.day) <= (TODAY.month, TODAY.day) and born.year == TODAY.year - 100:
        return
    assert day(born.strftime("%m/%d/%y"), format="%m/%d/%y") == born.isoformat()


@given(st.integers(0, 99), st.integers(1950, 2199))
def test_two_digits_mean_one_year_of_the_hundred(short: int, last: int) -> None:
    """Whatever the pivot, the year ends with the digits and lies in its hundred."""
    year = full_year(short, last)
    assert year % 100 == short
    assert last - 99 <= year <= last


@pytest.mark.parametrize(
    ("text", "pivot", "right"),
    [
        ("06/15/44", None, "1944-06-15"),
        ("06/15/26", None, "2026-06-15"),
        ("12/15/26", None, "1926-12-15"),
        ("06/15/30", 2030, "2030-06-15"),
        ("06/15/30", 30, "2030-06-15"),
        ("06/15/31", 30, "1931-06-15"),
        ("06/15/05", 1999, "1905-06-15"),
        ("02/29/00", None, "2000-02-29"),
    ],
)
def test_a_pivot_of_ones_own_says_the_century(text: str, pivot: int | None, right: str) -> None:
    """Without one the most recent day counts that is not in the future."""
    assert day(text, format="%m/%d/%y", **({"pivot": pivot} if pivot else {})) == right


@pytest.mark.parametrize(
    ("cells", "rule", "right"),
    [
        (["2026-03-04T00:00:00Z", "03:22:00.0000000"], {}, "2026-03-04T03:22:00-08:00"),
        (["2026-03-04T00:00:00.000", "03:22"], {}, "2026-03-04T03:22:00-08:00"),
        (["2026-03-04 00:00:00", "1899-12-30T03:22:00"], {}, "2026-03-04T03:22:00-08:00"),
        (["2026-03-04", "03:22:00"], {}, "2026-03-04T03:22:00-08:00"),
        (["2026-07-04T03:22:00.000"], {}, "2026-07-04T03:22:00-07:00"),
        (["2026-07-04T00:00:00.000"], {}, "2026-07-04T00:00:00-07:00"),
        (["2026-07-04T03:22:00Z"], {}, "2026-07-04T03:22:00+00:00"),
        (["2026-07-04T03:22:00-0500"], {}, "2026-07-04T03:22:00-05:00"),
        (
            ["2026-03-04T00:00:00.000", "0322"],
            {"format": "%Y-%m-%d %H%M"},
            "2026-03-04T03:22:00-08:00",
        ),
        (
            ["03/04/2026 12:00:00 AM", "0322"],
            {"format": "%m/%d/%Y 12:00:00 AM %H%M"},
            "2026-03-04T03:22:00-08:00",
        ),
        (["3/4/2026 1:10 PM"], {"format": "%-m/%-d/%Y %-I:%M %p"}, "2026-03-04T13:10:00-08:00"),
        (["03/04/2026 12:10 a.m."], {"format": "%m/%d/%Y %I:%M %p"}, "2026-03-04T00:10:00-08:00"),
        (["202603040322"], {"format": "%Y%m%d%H%M"}, "2026-03-04T03:22:00-08:00"),
        (["03/04/26 03:22"], {"format": "%m/%d/%y %H:%M"}, "2026-03-04T03:22:00-08:00"),
        (["03/04/2026"], {"format": "%m/%d/%Y"}, "2026-03-04T00:00:00-08:00"),
        (["03/04/2026"], {"format": "%m/%d/%Y", "at": "12:00"}, "2026-03-04T12:00:00-08:00"),
        (["03/04/2026 03:22 +0100"], {"format": "%m/%d/%Y %H:%M %z"}, "2026-03-04T03:22:00+01:00"),
    ],
)
def test_a_time_in_its_form_is_read(cells: list[str], rule: dict[str, Any], right: str) -> None:
    """One column or several; a midnight behind a joined date means nothing."""
    assert moment(*cells, **rule) == right


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (["202603030405"], {}),
        (["1772500000"], {}),
        (["1772500000.5"], {}),
        (["1772500000000"], {}),
        (["0"], {}),
        (["20260303T0405"], {}),
        (["2026-03-03"], {}),
        (["2026-W10-2T04:05"], {}),
        (["2026-03-03T24:00:00"], {}),
        (["2026-03-03T04:60"], {}),
        (["2026-03-03T04:05+25:00"], {}),
        (["2026-03-04T05:00:00", "03:22"], {}),
        (["3/4/2026 01:10"], {"format": "%m/%d/%Y %H:%M"}),
        (["03/04/2026 1:10"], {"format": "%m/%d/%Y %H:%M"}),
        (["03/04/26 1:10a"], {"format": "%m/%d/%Y %H:%M"}),
        (["03/04/2026 13:10 PM"], {"format": "%m/%d/%Y %I:%M %p"}),
        (["03/04/2026 00:10 AM"], {"format": "%m/%d/%Y %I:%M %p"}),
    ],
)
def test_a_time_in_another_form_is_rejected(cells: list[str], rule: dict[str, Any]) -> None:
    """Digits alone are never seconds since 1970; a day alone has no time."""
    with pytest.raises(Unmappable) as caught:
        moment(*cells, **rule)
    assert caught.value.reason["code"] == "not_a_time"


def test_a_hearing_with_two_digits_lies_ahead() -> None:
    """Two digits mean a year at most 49 years from today's."""
    said = moment("01/04/27 09:00", target="next_court.at", format="%m/%d/%y %H:%M")
    assert said == "2027-01-04T09:00:00-08:00"


@given(st.datetimes(datetime(1951, 1, 1), datetime(2049, 12, 31)))  # noqa: DTZ001
def test_what_a_form_writes_it_reads(when: datetime) -> None:
    """Any moment written by strftime in a strict form comes back, to the second."""
    when = when.replace(microsecond=0)
    for form in ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d-%b-%Y %H%M%S", "%Y%j%H%M%S"):
        stamp = compiled(form).read(when.strftime(form), 2049)
        assert stamp.clock is not None
        assert datetime.combine(stamp.day, stamp.clock) == when


@given(st.integers(), st.sampled_from(["%Y-%m-%d", None]))
def test_an_integer_is_never_a_date(number: int, form: str | None) -> None:
    """Whatever its size."""
    with pytest.raises(Unmappable):
        day(str(number), **({"format": form} if form else {}))
    with pytest.raises(Unmappable):
        moment(str(number))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("%d/%m", "gives no year"),
        ("%Y-%m", "gives no day of the year"),
        ("%Y-%m-%d %y", "gives the year twice"),
        ("%Y-%m-%d %m", "gives the month twice"),
        ("%Y-%m-%d %I:%M", "needs %I together with %p"),
        ("%s", "%s is not known; there is %Y"),
        ("%-y-%m-%d", "%-y is not known"),
        ("%Y-%m-%d %", "% is not known"),
    ],
)
def test_a_format_that_cannot_work_is_refused_with_the_mapping(form: str, said: str) -> None:
    """Before any row is read."""
    with pytest.raises(ValueError, match=r"format") as caught:
        day("x", format=form)
    assert said in str(caught.value)


MINE = """
{zone}
[constants]
site = "{site}"
source_system = "jms"
contact_type = "booking"
[fields]
source_record_id = "No"
occurred_at = {{ time = "When"{form} }}
"""


def _mine(folder: Path, site: str, zone: str = "", form: str = "") -> Mapping:
    path = folder / "mine.toml"
    path.write_text(MINE.format(site=site, zone=zone, form=form))
    return load(str(path))


def test_a_mapping_without_a_zone_takes_the_zone_of_its_site(tmp_path: Path) -> None:
    """20:10 on a jail's clock in Seattle is not 20:10 UTC."""
    body = _mine(tmp_path, "king-county").body({"No": "1", "When": "2026-03-04 20:10"})
    assert body["occurred_at"] == "2026-03-04T20:10:00-08:00"
    assert _mine(tmp_path, "santa-fe").time_zone == "America/Denver"


def test_a_mapping_without_a_zone_for_an_unknown_site_is_refused(tmp_path: Path) -> None:
    """Nobody guesses a zone; a format that asks for an offset needs none."""
    with pytest.raises(BadMapping, match="time_zone: is missing"):
        _mine(tmp_path, "atlantis")
    assert _mine(tmp_path, "atlantis", 'time_zone = "UTC"').time_zone == "UTC"
    whole = _mine(tmp_path, "atlantis", form=', format = "%Y-%m-%d %H:%M%z"')
    body = whole.body({"No": "1", "When": "2026-03-04 20:10+02:00"})
    assert body["occurred_at"] == "2026-03-04T20:10:00+02:00"


def test_the_zone_is_looked_up_only_where_it_is_needed(tmp_path: Path) -> None:
    """Once, for the mapping's site; a mapping with a zone, or with offsets, works offline."""
    looked_up: list[str] = []

    def zone_of(site: str) -> str:
        looked_up.append(site)
        return "Pacific/Auckland"

    def read(**parts: str) -> Mapping:
        _mine(tmp_path, "santa-fe", **parts)
        return load(str(tmp_path / "mine.toml"), zone_of)

    assert read(zone='time_zone = "UTC"').time_zone == "UTC"
    assert read(form=', format = "%Y-%m-%d %H:%M%z"').time_zone is None
    assert looked_up == []
    assert read().time_zone == "Pacific/Auckland"
    assert looked_up == ["santa-fe"]


@given(st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001
def test_a_wall_clock_is_kept_or_rejected(local: datetime) -> None:
    """No time moves: what the clock showed is what the result shows."""
    local = local.replace(microsecond=0)
    try:
        said = datetime.fromisoformat(moment(local.isoformat(sep=" ")))
    except Unmappable as error:
        assert error.reason["code"] in ("ambiguous_time", "nonexistent_time")  # noqa: PT017
    else:
        assert said.replace(tzinfo=None) == local
        assert said.utcoffset() in (timedelta(hours=-7), timedelta(hours=-8))
