"""Time as people read it: the site's clock, its zone, and the year where it is not this one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.page_time import ago, clock_time, form_time, full_date, printed, short_date, time_of_day
from shared.sites import zone_of

NOW = datetime(2026, 2, 3, 10, 58, 30, tzinfo=UTC)


def test_how_long_ago() -> None:
    told = {
        timedelta(seconds=30): "just now",
        timedelta(minutes=12, seconds=59): "12 min ago",
        timedelta(hours=3, minutes=59): "3 h ago",
        timedelta(days=1): "1 day ago",
        timedelta(days=5): "5 days ago",
        timedelta(days=40): "40 days ago",
        timedelta(days=400): "on Mon 30 Dec 2024",
        -timedelta(minutes=30): "in 30 min",
    }
    assert {by: ago(NOW - by, NOW) for by in told} == told


def test_the_clock_names_its_zone_in_winter_and_in_summer() -> None:
    assert clock_time(NOW, "king-county") == "02:58 PST"
    assert clock_time(NOW, "santa-fe") == "03:58 MST"
    assert clock_time(NOW + timedelta(days=180), "king-county") == "03:58 PDT"
    assert clock_time(NOW, None) == "10:58 UTC"
    assert printed(NOW, "king-county") == "3 February 2026, 02:58 PST"
    assert form_time(NOW, "king-county") == "2026-02-03T02:58"
    assert time_of_day(time(9)) == "09:00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 2, 4, 7, 59, tzinfo=UTC), "Tue 3 Feb"),
        (datetime(2026, 7, 6, 16, 0, tzinfo=UTC), "Mon 6 Jul"),
        (datetime(2028, 7, 6, 16, 0, tzinfo=UTC), "Thu 6 Jul 2028"),
        (datetime(1976, 6, 2, 18, 9, tzinfo=UTC), "Wed 2 Jun 1976"),
        # Still the old year at the site, for eight hours.
        (datetime(2027, 1, 1, 7, 59, tzinfo=UTC), "Thu 31 Dec"),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), "Fri 1 Jan 2027"),
        (date(2026, 12, 31), "Thu 31 Dec"),
        (date(2025, 12, 31), "Wed 31 Dec 2025"),
    ],
)
def test_a_day_of_another_year_has_its_year(value: date, shown: str) -> None:
    assert short_date(value, "king-county", NOW) == shown


@given(st.integers(-80 * 365, 200 * 365).map(lambda days: NOW + timedelta(days=days)))
def test_the_year_is_left_out_of_this_year_s_days_only(value: datetime) -> None:
    local = value.astimezone(zone_of("king-county"))
    shown = short_date(value, "king-county", NOW)
    assert (str(local.year) in shown) is (local.year != 2026)


def test_a_birth_date_is_whole() -> None:
    assert full_date(date(1980, 1, 20)) == "20 Jan 1980"
    assert full_date(date(999, 1, 2)) == "02 Jan 0999"
