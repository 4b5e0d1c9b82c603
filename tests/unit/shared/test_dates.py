"""A date is read as it is written, or refused; nothing is guessed from digits."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared import dates

TYPES: dict[str, Any] = {
    "not_a_date": dates.Day,
    "not_a_date_time": dates.Moment,
    "not_a_time_of_day": dates.TimeOfDay,
}
DIGITS = (
    "0", "-", "", "20260303", "202603030405", "20260303040500", "1772500000", "1772500000.5",
    "-1772500000", "+5", " 20260303 ", "2026 03 03", "1_772_500_000", "1.7725e9", "1e9", "0900",
    "2200", "09.30", "٢٠٢٦٠٣٠٣", "\uff12\uff10\uff12\uff16", "20260303T040500Z",
    "20260303T0405-0800",
    "2026-3-3", "26-03-03", "03/04/2026", "3.4.2026", "2026/03/04", "2026-03", "2026", "now",
    "inf", "nan", "0x7ea", "P1D", "2026-062", "2026-W10-2",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0,
    1,
    -1,
    20260303,
    202603030405,
    1772500000.5,
    1e300,
    True,
    [],
    {},
    None,
)


def read(kind: Any, value: Any, *, strict: bool = False) -> Any:
    return TypeAdapter(kind, config=ConfigDict(strict=strict)).validate_json(to_json(value))


@pytest.mark.parametrize("code", TYPES)
@pytest.mark.parametrize("value", [*DIGITS, *NUMBERS])
@pytest.mark.parametrize("strict", [True, False])
def test_what_is_not_written_in_full_is_refused(code: str, value: Any, strict: bool) -> None:
    with pytest.raises(ValidationError) as refused:
        read(TYPES[code], value, strict=strict)
    (error,) = refused.value.errors()
    assert (error["type"], error["msg"]) == (code, dates.HINTS[code])
    with pytest.raises(ValidationError):
        TypeAdapter(TYPES[code]).validate_python(value)


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.from_regex(r"[\s\d.+_-]+")))
def test_no_number_is_a_date(value: Any) -> None:
    for kind in TYPES.values():
        for sent in (value, str(value)):
            try:
                read(kind, sent)
            except ValidationError:
                continue
            # The one form of digits and dashes that says which is which.
            assert kind is dates.Day
            assert date.fromisoformat(str(sent).strip())


offsets = st.builds(lambda m: timezone(timedelta(minutes=m)), st.integers(-14 * 60, 14 * 60))
moments = st.datetimes(datetime(1950, 1, 2), datetime(2200, 12, 30), timezones=offsets)  # noqa: DTZ001


@given(moments)
def test_a_moment_in_full_is_read(at: datetime) -> None:
    for text in (at.isoformat(), at.isoformat(" "), at.astimezone(UTC).isoformat()):
        assert read(dates.Moment, text, strict=True) == at


@given(st.dates(date(1950, 1, 1), date(2200, 12, 31)))
def test_a_day_in_full_is_read(day: date) -> None:
    assert read(dates.Day, day.isoformat(), strict=True) == day
    # As Socrata and others write a day.
    assert read(dates.Day, f" {day}T00:00:00.000 ", strict=True) == day


def test_a_time_of_day_is_read() -> None:
    for text in ("09:30", "09:30:00", "09:30:00.000"):
        assert read(dates.TimeOfDay, text, strict=True) == time(9, 30)
    for text in ("9:30", "09:30:01", "24:00", "09:60", "09:30Z", "09:30+01:00"):
        with pytest.raises(ValidationError):
            read(dates.TimeOfDay, text)


@pytest.mark.parametrize(
    "text",
    ["2026-02-30T00:00:00Z", "2026-03-03T24:00:00Z", "2026-03-03T04:05:00+26:00",
     "2026-03-03T04:05:00", "2026-03-03", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"],
)  # fmt: skip
def test_a_moment_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read(dates.Moment, text)


@pytest.mark.parametrize("year", [1949, 2201])
def test_years_out_of_range_have_a_code_of_their_own(year: int) -> None:
    for kind, text in ((dates.Day, f"{year}-06-01"), (dates.Moment, f"{year}-06-01T00:00:00Z")):
        with pytest.raises(ValidationError) as refused:
            read(kind, text)
        assert refused.value.errors()[0]["type"] == "time_not_plausible"


def test_our_own_code_hands_over_values() -> None:
    at = datetime(2026, 3, 3, tzinfo=UTC)
    assert TypeAdapter(dates.Moment).validate_python(at) == at
    assert TypeAdapter(dates.Day).validate_python(at.date()) == at.date()
    assert TypeAdapter(dates.TimeOfDay).validate_python(time(9)) == time(9)


@pytest.mark.parametrize(
    "day",
    ["0001-01-01", "1800-01-01", "1899-12-30", "1900-01-01", "1900-01-02", "1900-12-31",
     "1901-01-01", "1910-01-01"],
)  # fmt: skip
def test_days_at_which_systems_begin_stand_for_no_date(day: str) -> None:
    assert dates.is_placeholder(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["1900-05-06", "1903-04-05", "1944-01-01", "1969-12-31"])
def test_other_days_do_not(day: str) -> None:
    assert not dates.is_placeholder(date.fromisoformat(day))
