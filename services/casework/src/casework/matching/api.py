"""Reviews and outcomes over HTTP. No justice client is let in here (R-10)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from casework.matching import handlers, outcomes
from casework.matching.commands import DecideReview
from casework.matching.domain import Compared, IdentityReview, Verdict
from casework.matching.recontact import contact_type_of
from casework.participants.person import Person
from casework.settings import Settings
from shared.callers import Caller, require
from shared.edges import Body
from shared.events import ContactType, MatchTier
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Limit, Page, page_of

router = APIRouter(prefix="/v1", tags=["matching"], route_class=IdempotentRoute)

Reviewer = Annotated[Caller, Depends(require("identity-reviewer"))]
Counter = Annotated[
    Caller, Depends(require("program-manager", "supervisor", "privacy-officer", "ops"))
]


class Side(BaseModel):
    """One side of the question, as given by its source."""

    model_config = ConfigDict(from_attributes=True)

    given: str | None
    middle: str | None
    surname: str | None
    suffix: str | None
    aliases: list[str]
    dob: date | None
    age_from: int | None = None
    age_to: int | None = None
    sex: str | None


class ReportSide(BaseModel):
    """What was reported."""

    contact_type: ContactType
    source_system: str
    occurred_at: datetime
    person: Side


class Bar(BaseModel):
    """What one field says, in bits: above zero it supports, below it contradicts."""

    field: str
    level: str
    weight: float
    rarity: float


class EvidenceAnswer(BaseModel):
    """Why it is a question: the rule, the doubts, and one bar per field known on both sides."""

    model: str
    rule: str
    doubts: list[str]
    weight: float
    prior: float
    parts: list[Bar]


class ReviewAnswer(BaseModel):
    """One question: is the reported person the one on file? Identifiers are never shown (R-25)."""

    id: UUID
    site: str
    receipt: UUID
    participant_key: str
    tier: MatchTier
    raised_at: datetime
    due_at: datetime
    unsure_by: str | None
    evidence: EvidenceAnswer | None
    on_file: Side
    reported: ReportSide | None


@router.get("/reviews", summary="Open questions, oldest first")
async def list_reviews(
    caller: Reviewer, tx: Tx, limit: Limit = 50, cursor: UUID | None = None
) -> Page[ReviewAnswer]:
    found = await handlers.list_reviews(tx, caller.sites, limit + 1, cursor)
    answers = [_answer(*question) for question in found]
    return page_of(answers, limit, lambda answer: str(answer.id))


def _answer(review: IdentityReview, person: Person, compared: Compared | None) -> ReviewAnswer:
    report = compared.report if compared else None
    reported = report and ReportSide(
        contact_type=contact_type_of(report),
        source_system=report.source_system,
        occurred_at=report.occurred_at,
        person=Side(**report.person.model_dump(exclude={"identifiers"})),
    )
    on_file = Side.model_validate(person.model_dump())
    known = review.model_dump()
    if compared:
        known |= {"tier": compared.evidence.tier, "evidence": compared.evidence.as_json()}
    return ReviewAnswer(**known, on_file=on_file, reported=reported)


class DecisionBody(Body):
    """`unsure` leaves the question open for somebody else."""

    decision: Verdict


class DecisionAnswer(BaseModel):
    """How the question stands now."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: str
    decided_by: str | None
    decided_at: datetime | None
    unsure_by: str | None


@router.post("/reviews/{review_id}/decision", summary="Say whether they are the same person")
async def decide_review(
    request: Request, review_id: UUID, body: DecisionBody, caller: Reviewer, tx: Tx
) -> DecisionAnswer:
    settings: Settings = request.app.state.runtime.settings
    command = DecideReview(review_id, body.decision, caller.sub, caller.sites)
    review = await handlers.decide_review(command, tx, settings.policy)
    return DecisionAnswer.model_validate(review)


class Outcome(BaseModel):
    """What became of one report; `source_record_id` is gone once it is purged."""

    receipt: UUID
    source_system: str
    source_record_id: str | None
    contact_type: ContactType
    occurred_at: datetime
    received_at: datetime
    outcome: str
    tier: MatchTier
    alerted_at: datetime | None
    purge_due_at: datetime | None
    purged_at: datetime | None


@router.get("/contacts/outcomes", summary="What became of every report, as it was recorded")
async def list_outcomes(
    caller: Counter,
    tx: Tx,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(max_length=60)] = None,
    source_system: str | None = None,
) -> Page[Outcome]:
    """In an order that can be followed: no report is ever added before one that was listed.

    `cursor` is a page's `next`, or the `receipt` of the last item: ask again with it, and what was
    recorded since comes, each once. The newest wait until no earlier change is under way.
    """
    page = await outcomes.list_outcomes(
        tx, caller.sites, limit=limit, cursor=cursor, source=source_system
    )
    return Page(items=[Outcome(**row) for row in page.items], next=page.next)
