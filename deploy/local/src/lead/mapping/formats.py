"""Formats of dates and times, read strictly: a directive takes the digits that it names, no others.

The directives are those of strptime. `%m` is two digits; `%-m` may have one. Digits alone are never
taken for seconds since 1970.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from functools import lru_cache

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OFFSET = r"Z|[+-][0-9]{2}(?::?[0-9]{2})?"
# What each directive stands for, and the text that it takes.
_DIRECTIVES = {
    "%Y": ("year", "[0-9]{4}"),
    "%y": ("short_year", "[0-9]{2}"),
    "%m": ("month", "[0-9]{2}"),
    "%-m": ("month", "[0-9]{1,2}"),
    "%b": ("month", "|".join(name[:3] for name in _MONTHS)),
    "%B": ("month", "|".join(_MONTHS)),
    "%d": ("day", "[0-9]{2}"),
    "%-d": ("day", "[0-9]{1,2}"),
    "%j": ("day_of_year", "[0-9]{3}"),
    "%a": ("weekday", "|".join(name[:3] for name in _DAYS)),
    "%A": ("weekday", "|".join(_DAYS)),
    "%H": ("hour", "[0-9]{2}"),
    "%-H": ("hour", "[0-9]{1,2}"),
    "%I": ("hour12", "[0-9]{2}"),
    "%-I": ("hour12", "[0-9]{1,2}"),
    "%p": ("half", r"[ap]\.?m\.?"),
    "%M": ("minute", "[0-9]{2}"),
    "%-M": ("minute", "[0-9]{1,2}"),
    "%S": ("second", "[0-9]{2}"),
    "%-S": ("second", "[0-9]{1,2}"),
    "%f": ("fraction", "[0-9]{1,9}"),
    "%z": ("offset", _OFFSET),
    "%%": ("", "%"),
}
_TOKEN = re.compile(r"%-?.?|\s+|.", re.DOTALL)
# ISO 8601 as data portals write it: a date, a "T" or a space, a time, perhaps an offset.
_ISO_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_ISO_TIME = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
)
_MIDNIGHT = r"(?:[T ]00:00(?::00(?:[.,]0+)?)?(?:Z|[+-]00:?00)?)?"


class NotThisForm(ValueError):
    """The text has another form than the format says, or names no day or hour that exists."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a text says: a day, perhaps with a time of day, perhaps with an offset.

    `short_year`: the year was written with two digits, and `day` is within the century asked for.
    """

    day: date
    clock: time | None
    offset: tzinfo | None
    short_year: bool


class Format:
    """A format, ready to read texts. Raises ValueError for one that cannot work."""

    def __init__(self, pattern: str, names: tuple[str, ...]) -> None:
        self._regex = re.compile(pattern, re.IGNORECASE | re.ASCII)
        self.names = frozenset(names)

    @property
    def has_clock(self) -> bool:
        return not self.names.isdisjoint({"hour", "hour12"})

    def read(self, text: str, last_year: int) -> Stamp:
        """What the text says; two digits mean a year up to `last_year`. Raises NotThisForm."""
        if (found := self._regex.fullmatch(text)) is None:
            raise NotThisForm
        said = {name: value for name, value in found.groupdict().items() if value is not None}
        try:
            return _stamp(said, last_year)
        except (ValueError, OverflowError):
            raise NotThisForm from None


ISO_DATE = Format(_ISO_DATE + _MIDNIGHT, ("year", "month", "day"))
ISO_MOMENT = Format(
    rf"{_ISO_DATE}[T ]{_ISO_TIME} ?(?P<offset>{_OFFSET})?",
    ("year", "month", "day", "hour", "minute"),
)
_MIDNIGHT_AFTER_DATE = re.compile(rf"({_ISO_DATE}){_MIDNIGHT}", re.ASCII)
# The days on which spreadsheets and databases put a time that has no day.
_DAY_BEFORE_TIME = re.compile(
    rf"(?:1899-12-3[01]|1900-01-0[01]|1970-01-01)[T ](?P<clock>{_ISO_TIME})Z?", re.ASCII
)


def without_midnight(text: str) -> str:
    """A date that a data portal wrote with a midnight after it, without the midnight."""
    found = _MIDNIGHT_AFTER_DATE.fullmatch(text)
    return found[1] if found else text


def without_day(text: str) -> str:
    """A time that a spreadsheet wrote with its first day before it, without the day."""
    found = _DAY_BEFORE_TIME.fullmatch(text)
    return found["clock"] if found else text


@lru_cache(maxsize=256)
def compiled(text: str) -> Format:
    """The format of a mapping. Raises ValueError that says what is wrong with it."""
    pattern, names = "", list[str]()
    for token in _TOKEN.findall(text):
        name, takes = _piece(token)
        if name in names:
            raise ValueError(f"gives the {name.replace('_', ' ')} twice")
        names += [name] if name else []
        pattern += f"(?P<{name}>{takes})" if name else takes
    _check(set(names))
    return Format(pattern, tuple(names))


def full_year(short: int, last_year: int) -> int:
    """The only year of the hundred up to `last_year` that ends with these two digits."""
    return last_year - (last_year - short) % 100


def _piece(token: str) -> tuple[str, str]:
    if token.isspace():
        return "", r"\s+"
    if not token.startswith("%"):
        return "", re.escape(token)
    if token not in _DIRECTIVES:
        raise ValueError(f"{token} is not known; there is {' '.join(_DIRECTIVES)}")
    return _DIRECTIVES[token]


def _check(names: set[str]) -> None:
    if not names & {"year", "short_year"}:
        raise ValueError("gives no year (%Y, or %y for two digits)")
    if {"year", "short_year"} <= names:
        raise ValueError("gives the year twice")
    if not ({"month", "day"} <= names or "day_of_year" in names):
        raise ValueError("gives no day of the year (%m and %d, or %j)")
    if ("hour12" in names) != ("half" in names) or {"hour", "hour12"} <= names:
        raise ValueError("needs %I together with %p, or %H alone")


def _stamp(said: dict[str, str], last_year: int) -> Stamp:
    short = said.get("short_year")
    year = full_year(int(short), last_year) if short else int(said["year"])
    day = _day(said, year)
    if "weekday" in said and said["weekday"].lower()[:3] != _DAYS[day.weekday()][:3]:
        raise NotThisForm
    return Stamp(day, _clock(said), _offset(said.get("offset")), short is not None)


def _day(said: dict[str, str], year: int) -> date:
    if "day_of_year" in said:
        number = int(said["day_of_year"])
        day = date(year, 1, 1) + timedelta(days=number - 1)
        if number < 1 or day.year != year:
            raise NotThisForm
        return day
    return date(year, _month(said["month"]), int(said["day"]))


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(text.lower()))


def _clock(said: dict[str, str]) -> time | None:
    if "hour" not in said and "hour12" not in said:
        return None
    hour = int(said.get("hour", "0"))
    if "hour12" in said:
        hour = _hour(int(said["hour12"]), said["half"])
    fraction = said.get("fraction", "")[:6].ljust(6, "0")
    return time(hour, int(said.get("minute", "0")), int(said.get("second", "0")), int(fraction))


def _hour(hour12: int, half: str) -> int:
    if not 1 <= hour12 <= 12:
        raise NotThisForm
    return hour12 % 12 + (12 if half.lower().startswith("p") else 0)


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text.upper() == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise NotThisForm
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if text.startswith("-") else size)
