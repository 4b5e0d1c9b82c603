"""What a contact means: cause, clock, and whether the conduct is new."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from casework.matching.domain import Candidate
from casework.matching.identity import Identity
from casework.matching.recontact import (
    CAUSES,
    contact_type_of,
    is_pre_enrollment_conduct,
    recontacted,
    review_due_at,
)
from casework.pages.words import urgency
from casework.participants.person import display_name
from notifier.policy import CLASSES
from shared.events import (
    CaseDisposed,
    ChargePart,
    ContactReported,
    ContactType,
    CourtDateSet,
    MatchTier,
    NewChargeFiled,
    PersonPart,
    ProsecutionDecisionMade,
    RecontactCause,
    Report,
    WarrantCleared,
    WarrantIssued,
)

AT = datetime(2026, 3, 3, 12, 5, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")
CUSTODY = timedelta(hours=4)
REPORT: dict[str, Any] = {
    "site": "king-county", "subject": "r", "receipt": UUID(int=1), "occurred_at": AT,
    "received_at": AT, "source_system": "s", "source_record_id": "1", "record_version": 1,
    "person": PersonPart(),
}  # fmt: skip


def test_every_kind_of_contact_has_a_cause() -> None:
    """All 19 kinds are mapped, and every cause but a new referral is reached by one."""
    assert set(CAUSES) == set(ContactType)
    assert len(CAUSES) == 19
    assert set(CAUSES.values()) == set(RecontactCause) - {RecontactCause.NEW_REFERRAL}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("filed", ContactType.CHARGE_FILED), ("referred", ContactType.CHARGE_REFERRED)],
)
def test_a_prosecutors_report_is_about_a_charge(kind: str, expected: ContactType) -> None:
    """Either way the cause is a new charge."""
    report = NewChargeFiled(**REPORT, kind=kind)
    assert contact_type_of(report) is expected
    assert CAUSES[expected] is RecontactCause.NEW_CHARGE


@pytest.mark.parametrize(
    ("report", "expected", "cause"),
    [
        (ProsecutionDecisionMade(**REPORT, decision="decline"), "decline", "prosecution-decision"),
        (WarrantIssued(**REPORT, basis="failure_to_appear"), "failure_to_appear", "warrant"),
        (WarrantCleared(**REPORT, outcome="quashed"), "quashed", "warrant"),
        (WarrantCleared(**REPORT, outcome="stayed"), "stayed", "warrant"),
        (WarrantCleared(**REPORT, outcome="served"), "served", "arrest"),
        (CourtDateSet(**REPORT, kind="moved"), "moved", "court-date"),
        (CourtDateSet(**REPORT, kind="failure_to_appear"), "failure_to_appear",
         "failure-to-appear"),
        (CaseDisposed(**REPORT, disposition="dismissed"), "dismissed", "disposition"),
    ],
)  # fmt: skip
def test_courts_reports_keep_what_they_say(report: Report, expected: str, cause: str) -> None:
    """The cause tells how urgent it is; the outcome, which warrant alert is good news."""
    who = Candidate("p_1", "king-county", Identity(), "Sam T.")
    event = recontacted(report, who, MatchTier.EXACT)
    assert (event.outcome, event.cause) == (expected, cause)
    assert (event.arrest_basis == "warrant") is (expected == "served")


@pytest.mark.parametrize(
    ("kind", "raised", "due"),
    [
        (ContactType.BOOKING, "2026-03-06T23:00:00-08:00", "2026-03-07T03:00:00-08:00"),
        (ContactType.WARRANT_SERVED, "2026-03-03T04:05:00-08:00", "2026-03-03T08:05:00-08:00"),
        (ContactType.COURT_EVENT_SET, "2026-03-03T04:05:00-08:00", "2026-03-04T04:05:00-08:00"),
        (ContactType.COURT_EVENT_SET, "2026-03-06T15:00:00-08:00", "2026-03-09T15:00:00-07:00"),
        (ContactType.CHARGE_FILED, "2026-03-07T09:00:00-08:00", "2026-03-09T09:00:00-07:00"),
    ],
)
def test_a_reviews_clock(kind: ContactType, raised: str, due: str) -> None:
    """Hours for custody, day and night; a business day where the site is for the rest."""
    at = datetime.fromisoformat(raised).astimezone(UTC)
    assert review_due_at(kind, at, PACIFIC, CUSTODY) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("charges", "incident", "enrolled", "expected"),
    [
        ((), -1, 0, True),
        ((), 1, 0, False),
        ((), None, 0, False),
        ((), -1, None, False),
        ((-2, -1), None, 0, True),
        ((-2, 1), None, 0, False),
        ((-2,), 1, 0, False),
    ],
)
def test_conduct_before_enrollment(
    charges: tuple[int, ...], incident: int | None, enrolled: int | None, expected: bool
) -> None:
    """Only when every incident was before the enrollment, in days from it."""

    def day(offset: int | None) -> datetime | None:
        return None if offset is None else AT + timedelta(days=offset)

    parts = tuple(ChargePart(seq=n, incident_at=day(at)) for n, at in enumerate(charges))
    report = NewChargeFiled(**REPORT, kind="filed", incident_at=day(incident), charges=parts)
    assert is_pre_enrollment_conduct(report, day(enrolled)) is expected


def test_a_booking_on_an_old_charge_is_no_new_conduct() -> None:
    """A warrant arrest brings the incident's time with its charges."""
    old = ChargePart(seq=1, incident_at=AT - timedelta(days=90))
    report = ContactReported(**REPORT, contact_type="booking", charges=(old,))
    assert is_pre_enrollment_conduct(report, AT)


@pytest.mark.parametrize(
    ("given", "surname", "shown"),
    [
        ("Sam", "Testperson", "Sam T."),
        ("SAM", "TESTPERSON", "Sam T."),
        ("Sam", None, "Sam"),
        (None, "Testperson", "T."),
        (" ", "", "No name on file"),
        (None, None, "No name on file"),
    ],
)
def test_display_names(given: str | None, surname: str | None, shown: str) -> None:
    """Given name and initial."""
    assert display_name(given, surname) == shown


@pytest.mark.parametrize("kind", list(ContactType))
def test_a_file_ranks_a_contact_as_its_alert_is_ranked(kind: ContactType) -> None:
    """One word for one thing: what is red in the inbox is red in the timeline."""
    assert urgency("contact", {"contact_type": kind}) == CLASSES[CAUSES[kind]]
