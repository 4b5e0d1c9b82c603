"""Which thread a report belongs to, and whether it says anything new."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifier.choosing import Incident, choose
from notifier.incidents import Fact, Known, News
from shared.events import (
    ChargePart,
    CourtDatePart,
    MatchTier,
    ParticipantRecontacted,
    RecontactCause,
)
from shared.ids import new_id
from shared.sealing import KeyRing
from shared.testing import MASTER_RING

RING = KeyRing(MASTER_RING["keys"])
T0 = datetime(2026, 3, 3, 12, 5, tzinfo=UTC)
THEFT = ChargePart(seq=1, statute="RCW 9A.56.050", text="Theft 3")
TRESPASS = ChargePart(seq=2, statute="RCW 9A.52.080", text="Trespass 2")


def court(day: int) -> CourtDatePart:
    return CourtDatePart(court="Municipal", at=datetime(2026, 3, day, 21, 30, tzinfo=UTC))


def fact(cause: str = "booking", *, hours: float = 0, **more: Any) -> Fact:
    values: dict[str, Any] = {
        "site": "king-county",
        "subject": "p_1",
        "occurred_at": T0 + timedelta(hours=hours),
        "cause": RecontactCause(cause),
        "tier": MatchTier.EXACT,
        "receipt": new_id(),
        "reported_by": "jms",
        "source_record_id": "BK-1",
        "received_at": T0,
        "display_name": "Sam Testperson",
    }
    return Fact.of(ParticipantRecontacted(**(values | more)), RING)


def after(*facts: Fact) -> Known:
    known = Known()
    for one in facts:
        known = known.learn(one)
    return known


RMS: dict[str, Any] = {"reported_by": "rms", "source_record_id": "R-9"}
V2: dict[str, Any] = {"record_version": 2}


@pytest.mark.parametrize(
    ("told", "report", "news"),
    [
        # The same record again, its correction, the same from somebody else.
        ([fact()], fact(), ()),
        ([fact(charges=(THEFT,))], fact(**V2, charges=(THEFT,)), ()),
        (
            [fact(charges=(THEFT,))],
            fact(**V2, charges=(ChargePart(seq=1, statute="9A.56.050", text="THEFT 3RD"),)),
            (),
        ),
        ([fact(charges=(THEFT,))], fact(**RMS, charges=(THEFT,)), ()),
        (
            [fact(charges=(ChargePart(seq=1, text="Theft 3"),))],
            fact(**RMS, charges=(ChargePart(seq=7, text="THEFT-3"),)),
            (),
        ),
        ([fact()], fact("arrest", **RMS), ()),
        ([fact("arrest")], fact("police-contact", **RMS), ()),
        # New facts.
        ([fact("arrest")], fact("booking", **RMS), (News.CAUSE,)),
        ([fact()], fact("release", hours=5), (News.CAUSE, News.CUSTODY)),
        ([fact(), fact("release", hours=5)], fact("booking", hours=9), (News.CUSTODY,)),
        ([fact(), fact("release", hours=5)], fact("booking", hours=1, **RMS), ()),
        ([fact(charges=(THEFT,))], fact(**V2, charges=(THEFT, TRESPASS)), (News.CHARGE,)),
        ([fact(charges=(THEFT,))], fact("new-charge", charges=(THEFT,)), (News.CAUSE,)),
        (
            [fact(charges=(THEFT,))],
            fact(**V2, charges=(ChargePart(seq=1, statute="RCW 9A.56.030", text="Theft 1"),)),
            (News.CHARGE,),
        ),
        ([fact()], fact(**V2, next_court=court(4)), (News.COURT,)),
        ([fact(next_court=court(4))], fact(**V2, next_court=court(4)), ()),
        ([fact(next_court=court(4))], fact(**RMS, next_court=court(4)), ()),
        ([fact(next_court=court(4))], fact(**V2, next_court=court(5)), (News.COURT,)),
        # Out of order: version 1 after version 2 says nothing, whatever it says.
        ([fact(**V2, charges=(THEFT,))], fact(charges=(THEFT, TRESPASS)), ()),
    ],
)
def test_what_is_materially_new(told: list[Fact], report: Fact, news: tuple[News, ...]) -> None:
    """Domain.md 7.5 rule 7: custody, charges, court dates, another kind of contact."""
    assert after(*told).news_in(report) == news


def test_a_court_date_that_moves_back_is_news() -> None:
    """The 4th, then the 5th, then the 4th again: the last is what counts."""
    moved = [fact(next_court=court(4)), fact(**V2, next_court=court(5))]
    again = fact(record_version=3, next_court=court(4))
    assert after(*moved).news_in(again) == (News.COURT,)


def test_the_same_receipt_is_never_news() -> None:
    """Even when the record behind it seems to say more."""
    first = fact()
    again = fact("release", hours=5, receipt=first.receipt)
    assert after(first).news_in(again) == ()


def test_what_is_known_survives_storage() -> None:
    """As JSON and back, it still tells news from repeats."""
    known = after(fact(charges=(THEFT,), next_court=court(4)))
    assert Known.model_validate_json(known.model_dump_json()) == known


def incident(one: Fact) -> Incident:
    return Incident(new_id(), one.keys, one.occurred_at, Known().learn(one))


@pytest.mark.parametrize(
    ("first", "report", "is_same"),
    [
        (fact(), fact("release", hours=71, source_record_id="X"), True),
        (fact(), fact("release", hours=73, source_record_id="X"), False),
        (fact(), fact("release", hours=-71, source_record_id="X"), True),
        # A shared number joins over any time, however it is spelled.
        (fact(booking_number="BK 1"), fact("release", hours=999, booking_number="bk-1"), True),
        (
            fact(cause_number="26-1"),
            fact("court-date", **RMS, hours=999, cause_number="26-1"),
            True,
        ),
        (fact(), fact(**V2, hours=999), True),
        # Every spelling of a case's number is that number; another number with its digits is not.
        (
            fact(cause_number="26-1-01234-5 SEA"),
            fact("court-date", **RMS, hours=999, cause_number="261012345"),
            True,
        ),
        (fact(incident_number="26-1"), fact("arrest", **RMS, incident_number="26-10"), False),
        # Two incident numbers, or two booking numbers, are two incidents.
        (fact(incident_number="1"), fact("arrest", **RMS, hours=2, incident_number="2"), False),
        (fact(booking_number="1"), fact("booking", **RMS, hours=2, booking_number="2"), False),
        # Two cause numbers are two cases.
        (fact(cause_number="1"), fact("new-charge", **RMS, hours=2, cause_number="2"), False),
        (fact(incident_number="1"), fact("booking", **RMS, hours=2), True),
    ],
)
def test_one_thread_per_incident(first: Fact, report: Fact, is_same: bool) -> None:
    """A shared number, or the same person within 72 hours unless numbers contradict."""
    known = incident(first)
    assert (choose([known], report) is known) is is_same


def test_a_shared_number_beats_a_nearer_time() -> None:
    """The older thread with the same booking number, not yesterday's."""
    old = incident(fact(booking_number="7"))
    recent = incident(fact(hours=700, source_record_id="X"))
    report = fact("release", hours=701, source_record_id="Y", booking_number="7")
    assert choose([recent, old], report) is old
