"""Classes and clocks."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifier.policy import (
    CLASSES,
    AlertClass,
    Clocks,
    Quiet,
    business_days_after,
    due_at,
    more_urgent,
    send_at,
    sooner,
)
from shared.events import RecontactCause

SEATTLE = ZoneInfo("America/Los_Angeles")
CUSTODY, SAFETY, LEGAL, FIELD, HISTORY = AlertClass


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEATTLE)


def test_every_cause_has_a_class() -> None:
    """A cause that casework may send must never fail here."""
    assert set(CLASSES) == set(RecontactCause)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("arrest", CUSTODY),
        ("booking", CUSTODY),
        ("release", CUSTODY),
        ("new-charge", LEGAL),
        ("warrant", LEGAL),
        ("failure-to-appear", LEGAL),
        ("police-contact", FIELD),
        ("citation", FIELD),
        ("overdose-response", SAFETY),
        ("victim-of-crime", SAFETY),
    ],
)
def test_the_class_follows_the_cause(cause: str, kind: AlertClass) -> None:
    """As domain.md 7.5 rule 3 says."""
    assert CLASSES[RecontactCause(cause)] is kind


@pytest.mark.parametrize(
    ("kind", "minutes"), [(CUSTODY, 30), (SAFETY, 30), (FIELD, None)]
)  # fmt: skip
def test_clocks_by_class(kind: AlertClass, minutes: int | None) -> None:
    """Half an hour for custody and safety, none for field."""
    now = datetime(2026, 2, 3, 10, 58, tzinfo=UTC)
    due = due_at(kind, Clocks(), now, SEATTLE)
    assert (None if due is None else (due - now).seconds // 60) == minutes


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-02-03T15:00", 1, "2026-02-04T15:00"),  # Tuesday
        ("2026-02-06T15:00", 1, "2026-02-09T15:00"),  # Friday to Monday
        ("2026-02-07T10:00", 1, "2026-02-10T00:00"),  # Saturday counts from Monday morning
        ("2026-02-08T23:00", 2, "2026-02-11T00:00"),  # Sunday
        ("2026-03-06T02:30", 1, "2026-03-09T02:30"),  # over the change to summer time
    ],
)
def test_business_days_skip_weekends_in_the_site_s_zone(start: str, days: int, end: str) -> None:
    """The same time of day where the site is."""
    found = business_days_after(local(start).astimezone(UTC), days, SEATTLE)
    assert found == local(end)


def test_the_more_urgent_class_and_the_sooner_time_win() -> None:
    """Whatever the order in which two reports arrive."""
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert more_urgent(LEGAL, CUSTODY) is more_urgent(CUSTODY, LEGAL) is CUSTODY
    assert more_urgent(FIELD, LEGAL) is LEGAL
    assert sooner(early, late) == sooner(late, early) == sooner(None, early) == early
    assert sooner(None, None) is None


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-07-02T15:00", 1, "2026-07-06T15:00"),
        ("2026-07-03T15:00", 1, "2026-07-07T00:00"),
        ("2026-07-04T10:00", 1, "2026-07-07T00:00"),
    ],
)
def test_a_holiday_is_no_working_day(start: str, days: int, due: str) -> None:
    """3 July 2026 is a site's holiday; what starts on it starts on the Monday after."""
    holidays = frozenset({date(2026, 7, 3)})
    assert business_days_after(local(start), days, SEATTLE, holidays) == local(due)
    clocks = Clocks(legal_business_days=days, holidays=holidays)
    assert due_at(LEGAL, clocks, local(start), SEATTLE) == local(due)


NIGHT = Quiet(time(21), time(7))


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2026-03-03T12:00", "2026-03-03T12:00"),
        ("2026-03-03T20:59", "2026-03-03T20:59"),
        ("2026-03-03T21:00", "2026-03-04T07:00"),
        ("2026-03-04T03:00", "2026-03-04T07:00"),
        ("2026-03-04T07:00", "2026-03-04T07:00"),
        # The nights in which the clock changes.
        ("2026-03-08T01:30", "2026-03-08T07:00"),
        ("2026-11-01T01:30", "2026-11-01T07:00"),
    ],
)
def test_quiet_hours_hold_what_can_wait(now: str, sent: str) -> None:
    """Field alerts until the morning; custody, safety and legal never."""
    at = local(now).astimezone(UTC)
    assert send_at(FIELD, NIGHT, at, SEATTLE) == local(sent)
    for kind in (CUSTODY, SAFETY, LEGAL):
        assert send_at(kind, NIGHT, at, SEATTLE) == at


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    """From one to three in the afternoon; without any, at once."""
    at = local("2026-03-03T14:00")
    assert send_at(FIELD, Quiet(time(13), time(15)), at, SEATTLE) == local("2026-03-03T15:00")
    assert send_at(FIELD, Quiet(), at, SEATTLE) == at


def test_digests_gather_what_can_wait() -> None:
    """The next of the day's digests; one within quiet hours comes when these end."""
    digests = Quiet(time(21), time(7), (time(12), time(22)))
    assert send_at(FIELD, digests, local("2026-03-03T09:00"), SEATTLE) == local("2026-03-03T12:00")
    assert send_at(FIELD, digests, local("2026-03-03T12:00"), SEATTLE) == local("2026-03-04T07:00")
    assert send_at(CUSTODY, digests, local("2026-03-03T09:00"), SEATTLE) == local(
        "2026-03-03T09:00"
    )
