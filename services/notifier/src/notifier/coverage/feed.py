"""One's own duty as a calendar. It says when, and nothing of whom it is about. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from notifier.coverage.duty import Duty


def calendar_of(sub: str, duties: Iterable[tuple[str, Duty]], now: datetime) -> bytes:
    """iCalendar (RFC 5545) of the duties that somebody has, each with its rotation's name."""
    calendar = Calendar()
    calendar.add("prodid", "-//Throughline//Duty//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "On call")
    # How often a calendar program should look again.
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for rotation, duty in duties:
        if duty.sub == sub:
            calendar.add_component(_event(rotation, duty, now))
    found: bytes = calendar.to_ical()
    return found


def _event(rotation: str, duty: Duty, now: datetime) -> Event:
    event = Event()
    # The same duty keeps its identity when it is fetched again.
    event.add("uid", f"{rotation}-{duty.start:%Y%m%dT%H%MZ}@duty")
    event.add("dtstamp", now)
    event.add("dtstart", duty.start)
    event.add("dtend", duty.until)
    event.add("summary", f"On call: {rotation}")
    event.add("transp", "TRANSPARENT")
    return event
