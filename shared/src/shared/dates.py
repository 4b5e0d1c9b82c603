"""Dates and times as bodies, queries and forms may write them: in full, and never as a bare number.

Pydantic takes digits in a text for seconds since 1970, so that `202603030405`, a common way to
write a time, became a day in 1976. Every date, time and time of day that comes in is of one of
these types; `tests/architecture/test_inputs.py` holds every route to it.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, Strict
from pydantic_core import PydanticCustomError

NOT_A_DATE, NOT_A_MOMENT, NOT_A_TIME = "not_a_date", "not_a_date_time", "not_a_time_of_day"
HINTS = {
    NOT_A_DATE: "Write the date as YYYY-MM-DD, as in 2026-02-03.",
    NOT_A_MOMENT: "Write date, time and offset, as in 2026-02-03T01:10:00-08:00.",
    NOT_A_TIME: "Write the time of day as HH:MM, as in 09:30, without an offset.",
}
# No record of this program is from outside of these years: it is a typing error.
FIRST_YEAR, LAST_YEAR = 1950, 2200
_YEARS = f"The year must be from {FIRST_YEAR} to {LAST_YEAR}."
# Of .NET, of SQL Server (two), of VMS.
_BEGINNINGS = {date(1, 1, 1), date(1753, 1, 1), date(1800, 1, 1), date(1858, 11, 17)}

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}.*", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(?::00(?:\.0+)?)?", re.ASCII)


def _written(form: re.Pattern[str], kind: type, code: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        # Our own code hands over values that have been read before.
        if isinstance(value, kind):
            return value
        text = value.strip() if isinstance(value, str) else ""
        if not form.fullmatch(text):
            raise PydanticCustomError(code, HINTS[code])
        return text

    return read


def _plausible(value: Any) -> Any:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("time_not_plausible", _YEARS)
    return value


def is_placeholder(born: date) -> bool:
    """A day at which databases and spreadsheets begin: a date of birth that is not known.

    It is taken, since the rest of the report counts, and says nothing (casework's matching).
    """
    at_an_end = (born.month, born.day) in ((1, 1), (1, 2), (12, 30), (12, 31))
    return born in _BEGINNINGS or (at_an_end and 1899 <= born.year <= 1912)


# `Strict(False)`: strict models would no longer take the text that was looked at.
AnyDay = Annotated[date, Strict(strict=False), BeforeValidator(_written(_DATE, date, NOT_A_DATE))]
Day = Annotated[AnyDay, AfterValidator(_plausible), Field(description=_YEARS)]
Moment = Annotated[
    AwareDatetime,
    Strict(strict=False),
    BeforeValidator(_written(_MOMENT, datetime, NOT_A_MOMENT)),
    AfterValidator(_plausible),
    Field(description=f"With its offset from UTC. {_YEARS}"),
]
# What a browser's date-and-time field sends: on the site's clock.
LocalMoment = Annotated[
    datetime,
    Strict(strict=False),
    BeforeValidator(_written(_MOMENT, datetime, NOT_A_MOMENT)),
    AfterValidator(_plausible),
]
TimeOfDay = Annotated[
    time,
    Strict(strict=False),
    BeforeValidator(_written(_TIME, time, NOT_A_TIME)),
    Field(description="On the site's clock, as in 09:30."),
]
