"""Rules for dates and times: forms, two-digit years, and the clock of the site.

A time without an offset is what a clock in the mapping's zone showed. Twice a year that clock shows
an hour twice, or not at all; the mapping says what is meant, or the row is rejected.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from lead.mapping import formats
from lead.mapping.context import Clock
from lead.mapping.errors import Unmappable
from lead.mapping.formats import Format, NotThisForm, Stamp
from lead.mapping.rule import Rule

# A hearing lies ahead: two digits mean a year at most this far from today's.
YEARS_AHEAD = 49
_AHEAD = "next_court.at"
_PARTIAL = re.compile("[0-9/. -]*[Xx?][0-9Xx?/. -]*", re.ASCII)


def _usable(text: str) -> str:
    formats.compiled(text)
    return text


def _century(pivot: int) -> int:
    return pivot + 2000 if pivot < 100 else pivot


FormatText = Annotated[str, AfterValidator(_usable)]
# The last year that two digits can mean: 2030, or 30 for the same.
Pivot = Annotated[int, Field(ge=0, le=2199), AfterValidator(_century)]


class Day(Rule):
    """A date: ISO 8601 (a midnight after it is ignored), or in a `format`.

    `partial` says what becomes of a date with X or ? for digits that nobody knows.
    """

    day: str = Field(alias="date")
    format: FormatText | None = None
    pivot: Pivot | None = None
    partial: Literal["reject", "leave_out"] = "reject"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.day,)

    def read(self, texts: tuple[str, ...], clock: Clock, target: str) -> str | None:
        if self.partial == "leave_out" and _PARTIAL.fullmatch(texts[0]):
            return None
        form = formats.compiled(self.format) if self.format else formats.ISO_DATE
        try:
            stamp = form.read(texts[0], self.pivot or clock.today.year)
            return self._born_by_today(stamp, clock.today).isoformat()
        except ValueError:
            hint = _day_hint(texts[0], self.format)
            raise Unmappable(self.day, "not_a_date", hint) from None

    def _born_by_today(self, stamp: Stamp, today: date) -> date:
        """Without a pivot of its own, a two-digit year never lies in the future."""
        if stamp.short_year and self.pivot is None and stamp.day > today:
            return stamp.day.replace(year=stamp.day.year - 100)
        return stamp.day


class Moment(Rule):
    """A time: its columns joined by a space; local to the mapping's zone if without offset.

    `at` is the time of day for a format that gives only a day (default: midnight).
    """

    time: Annotated[
        tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)
    ] = Field(min_length=1)
    format: FormatText | None = None
    pivot: Pivot | None = None
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.time

    @property
    def needs_zone(self) -> bool:
        """False when the format itself asks for an offset."""
        return self.format is None or "offset" not in formats.compiled(self.format).names

    def read(self, texts: tuple[str, ...], clock: Clock, target: str) -> str:
        ahead = YEARS_AHEAD if target == _AHEAD else 0
        stamp = self._stamp(texts, self.pivot or clock.today.year + ahead)
        moment = datetime.combine(stamp.day, stamp.clock or time.fromisoformat(self.at or "00:00"))
        if stamp.offset is None:
            return self._in_zone(moment, clock).isoformat()
        return moment.replace(tzinfo=stamp.offset).isoformat()

    def _stamp(self, texts: tuple[str, ...], last_year: int) -> Stamp:
        """Tries the cells as they are, then without what a data portal adds to them."""
        form = self._form()
        bare = (*map(formats.without_midnight, texts[:-1]), formats.without_day(texts[-1]))
        joined = [" ".join(texts)] if len(texts) == 1 else [" ".join(texts), " ".join(bare)]
        for text in joined:
            try:
                return form.read(text, last_year)
            except NotThisForm:
                continue
        raise self._unmappable("not_a_time", _time_hint(joined[-1], self.format))

    def _form(self) -> Format:
        return formats.compiled(self.format) if self.format else formats.ISO_MOMENT

    def _in_zone(self, moment: datetime, clock: Clock) -> datetime:
        """Twice a year the wall clock alone does not say which moment it means."""
        if clock.zone is None:
            raise self._unmappable("no_time_zone", "The mapping needs a `time_zone`.")
        first, second = (moment.replace(tzinfo=clock.zone, fold=fold) for fold in (0, 1))
        if (turned := _offset(second) - _offset(first)) == timedelta():
            return first
        if turned < timedelta():
            if clock.ambiguous == "reject":
                raise self._unmappable("ambiguous_time", "The clock showed this time twice.")
            return first if clock.ambiguous == "earlier" else second
        if clock.nonexistent == "reject":
            raise self._unmappable("nonexistent_time", "The clock never showed this time.")
        # A clock that was not put forward yet: one hour later is what the others showed.
        return first.astimezone(UTC).astimezone(clock.zone)

    def _unmappable(self, code: str, hint: str) -> Unmappable:
        return Unmappable("+".join(self.time), code, hint)


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _day_hint(text: str, wanted: str | None) -> str:
    if wanted is None and re.fullmatch("[0-9]+", text):
        return 'Digits alone are no date; a `format` such as "%Y%m%d" says how to read them.'
    return _wanted(wanted or "%Y-%m-%d", "date")


def _time_hint(text: str, wanted: str | None) -> str:
    if wanted is None and re.fullmatch("[0-9.]+", text):
        return 'Digits alone are no time; a `format` such as "%Y%m%d%H%M" says how to read them.'
    if wanted is None and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return 'There is no time of day; if the file gives days only, set `format = "%Y-%m-%d"`.'
    return _wanted(wanted or "%Y-%m-%d %H:%M", "time")


def _wanted(form: str, what: str) -> str:
    return f"The {what} has another form than {form}, or does not exist."
