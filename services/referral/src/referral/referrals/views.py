"""What callers see of referrals: an agency little, the desk more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel

from referral.criteria.domain import Outcome, Proposal, Result
from referral.referrals.commands import ReferPerson
from referral.referrals.domain import CloseReason, Referral, ReferralState
from referral.referrals.screening import Grounds, Screening
from shared.events import MatchTier


class ReferralView(BaseModel):
    """What a referring agency sees: that the referral is open, or not."""

    id: UUID
    state: ReferralState
    links: dict[str, str]


class Known(BaseModel):
    """The person looks like somebody known; `sure` when the referral was added to that file."""

    participant_key: str
    sure: bool


class DeskReferral(ReferralView):
    """What the referral desk sees in a list."""

    site: str
    referral_type: str
    source_system: str
    agency_ori: str | None
    participant_key: str
    criteria_version: str
    outcome: Outcome | None
    occurred_at: datetime
    received_at: datetime
    outreach_due_at: datetime | None
    outreach_at: datetime | None
    withdrawn_at: datetime | None
    close_reason: CloseReason | None
    known: Known | None
    version: int


class Sheet(BaseModel):
    """What the referral's own version of the criteria says now; no outcome with a question open."""

    criteria_version: str
    title: str
    proposed: Outcome | None
    results: tuple[Result, ...]


class ScreeningView(BaseModel):
    """One decision and its grounds."""

    criteria_version: str
    proposed: Outcome | None
    outcome: Outcome
    reason: str | None
    decided_by: str
    decided_at: datetime
    results: tuple[Result, ...]


class OpenedReferral(DeskReferral):
    """What the referral desk sees of one referral: also what the agency wrote."""

    referral: ReferPerson
    sheet: Sheet
    screenings: list[ScreeningView]


def for_agency(request: Request, referral: Referral) -> ReferralView:
    # No ETag: a changing one would tell an agency that something came of the person.
    return ReferralView(
        id=referral.id, state=referral.state_for_agency, links=links(request, referral)
    )


def for_desk(request: Request, referral: Referral) -> DeskReferral:
    return DeskReferral(
        **referral.model_dump(include=DeskReferral.model_fields.keys() - {"links", "known"}),
        links=links(request, referral),
        known=known(referral),
    )


def known(referral: Referral) -> Known | None:
    if referral.attached_to is None:
        return None
    return Known(participant_key=referral.attached_to, sure=referral.looks_like == MatchTier.EXACT)


def sheet_of(version: str, title: str, proposal: Proposal) -> Sheet:
    return Sheet(
        criteria_version=version, title=title, proposed=proposal.outcome, results=proposal.results
    )


def screenings_of(found: Sequence[tuple[Screening, Grounds]]) -> list[ScreeningView]:
    return [
        ScreeningView(
            **screening.model_dump(exclude={"id", "referral_id", "sealed"}),
            reason=grounds.reason,
            results=grounds.results,
        )
        for screening, grounds in found
    ]


def links(request: Request, referral: Referral) -> dict[str, str]:
    return {"self": f"{request.scope.get('root_path', '')}/v1/referrals/{referral.id}"}
