"""What became of a warrant, a charge or a case: when that is news, and what it is called."""

from typing import Any, get_args
from uuid import uuid4

import pytest
from tests.unit.notifier.test_incidents import T0, after, fact
from tests.unit.prosecution.test_report_rules import AT, event_of

from casework.matching.recontact import CASE_REPORTS, CAUSES, contact_type_of
from notifier.incidents import Fact, Known, News
from notifier.policy import CLASSES, AlertClass
from notifier.words import title
from prosecution_hook.reports import commands
from shared.events import ContactType, Report


def said(kind: str, outcome: str | None = None, **more: Any) -> Fact:
    """A prosecutor's or court's report, of a record of its own unless said otherwise."""
    about = {"reported_by": "pcms", "source_record_id": f"R-{uuid4()}", "cause_number": "26-1"}
    return fact(CAUSES[ContactType(kind)], contact_type=kind, outcome=outcome, **(about | more))


ISSUED = said("warrant_issued", "failure_to_appear", warrant_number="W-1")
W2 = {"warrant_number": "W-2"}
RECORD = {"source_record_id": "R-1", "warrant_number": "W-1"}


@pytest.mark.parametrize(
    ("told", "report", "news"),
    [
        # The warrant that was issued is gone, by its number or by the case's.
        ([ISSUED], said("warrant_quashed", "quashed", warrant_number="w 1"), (News.QUASHED,)),
        ([ISSUED], said("warrant_quashed", "stayed"), (News.STAYED,)),
        ([ISSUED], said("warrant_quashed"), (News.QUASHED,)),
        # The same from somebody else, and its issue told late, say nothing new.
        ([ISSUED], said("warrant_issued", "probation", hours=1), ()),
        ([ISSUED, said("warrant_quashed", "quashed", hours=2)], said("warrant_quashed"), ()),
        (
            [ISSUED, said("warrant_quashed", "quashed", hours=2)],
            said("warrant_issued", hours=1),
            (),
        ),
        # Stayed, then lifted: it can be served again. Another warrant is another one.
        ([ISSUED, said("warrant_quashed", "stayed")], said("warrant_issued"), (News.ISSUED,)),
        ([ISSUED], said("warrant_issued", **W2), (News.ISSUED,)),
        ([ISSUED, said("warrant_issued", **W2)], said("warrant_issued", hours=1), ()),
        (
            [ISSUED, said("warrant_quashed", "quashed", **W2)],
            said("warrant_quashed", "quashed", warrant_number="W-1"),
            (News.QUASHED,),
        ),
        # A source may take back what it said, though it says that it was so at the same time.
        (
            [said("warrant_issued", hours=3, **RECORD)],
            said("warrant_quashed", "quashed", record_version=2, **RECORD),
            (News.QUASHED,),
        ),
        # Serving is told as custody, a new court date by the date.
        ([ISSUED], said("warrant_served", "served", warrant_number="W-1"), (News.CAUSE,)),
        ([ISSUED, fact()], said("warrant_served", "served"), ()),
        ([said("court_event_set", "set")], said("court_event_set", "moved"), ()),
        ([said("court_event_set", "set")], said("court_event_set", "canceled"), (News.CANCELED,)),
        (
            [said("court_event_set", "set"), said("failure_to_appear", hours=1)],
            said("failure_to_appear", hours=1),
            (),
        ),
        (
            [
                said("failure_to_appear", "failure_to_appear"),
                said("court_event_set", "set", hours=1),
            ],
            said("failure_to_appear", "failure_to_appear", hours=30),
            (News.MISSED,),
        ),
        ([said("charge_referred", "referred")], said("charge_filed", "filed"), (News.FILED,)),
        ([said("charge_filed", "filed")], said("charge_referred", "referred"), ()),
        (
            [said("prosecution_decision", "return_for_evidence")],
            said("prosecution_decision", "decline"),
            (News.DECIDED,),
        ),
        ([said("disposition", "deferred")], said("disposition", "dismissed"), (News.DISPOSED,)),
        ([said("disposition", "dismissed")], said("disposition", "dismissed"), ()),
        # The first word on a matter is told by its kind.
        ([fact()], said("warrant_quashed", "quashed"), (News.CAUSE,)),
    ],
)
def test_what_became_of_it_is_news(told: list[Fact], report: Fact, news: tuple[News, ...]) -> None:
    """Only what stands differently now, in the order in which it happened."""
    assert after(*told).news_in(report) == news


def test_what_stands_survives_storage_and_late_reports() -> None:
    """As JSON and back; a report of what was before changes nothing of it."""
    known = after(ISSUED, said("warrant_quashed", "quashed", hours=2), said("warrant_issued"))
    (standing,) = known.standings
    assert (standing.word, standing.number) == ("quashed", "w-1")
    assert standing.at > T0
    assert Known.model_validate_json(known.model_dump_json()) == known


# Every report that may say what became of something, by the field that says it.
_SAYING: dict[str, tuple[str, type[commands.CaseReportIn], dict[str, Any]]] = {
    "charges": ("kind", commands.ReportCharge, {}),
    "decisions": ("decision", commands.ReportDecision, {}),
    "warrants": ("kind", commands.ReportWarrant, {"basis": None}),
    "court-dates": ("kind", commands.ReportCourtDate, {"occurred_at": AT}),
    "dispositions": ("disposition", commands.ReportDisposition, {}),
}
EVERY_REPORT = [
    event_of(name, **{field: word}, **more)
    for name, (field, model, more) in _SAYING.items()
    for word in get_args(model.model_fields[field].annotation)
]


def test_no_two_reports_of_prosecutors_and_courts_read_alike() -> None:
    """Whatever they may say became of something has a title of its own."""
    titles = [_title_of(report) for report in EVERY_REPORT]
    assert len(titles) == 21
    assert len(set(titles)) == len(titles)
    assert not [words for words in titles if "_" in words]


def _title_of(report: Report) -> str:
    kind = contact_type_of(report)
    return title(CAUSES[kind], kind, getattr(report, CASE_REPORTS[type(report)][0]))


def test_a_warrant_is_legal_until_it_is_served() -> None:
    """Domain.md 7.5 rule 3: legal, whatever became of it; serving it is custody."""
    found = {kind: CLASSES[CAUSES[kind]] for kind in CAUSES if kind.startswith("warrant_")}
    assert found == {
        "warrant_issued": AlertClass.LEGAL,
        "warrant_quashed": AlertClass.LEGAL,
        "warrant_served": AlertClass.CUSTODY,
    }


@pytest.mark.parametrize("outcome", [None, "something_new"])
def test_what_nobody_gave_a_word_is_called_by_its_cause(outcome: str | None) -> None:
    """Also what was told before reports said their kind."""
    assert title("disposition", "disposition", outcome) == "Case closed by the court"
    assert title("warrant", None, outcome) == "Warrant"
