"""What callers of referral see: an agency little, the desk more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel

from referral.commands import ReferPerson
from referral.domain import CloseReason, Referral, ReferralState


class RefusedReport(BaseModel):
    """A report that was refused: from where and why, never about whom."""

    receipt: None = None
    source_system: str
    outcome: str = "refused"
    reasons: list[str]
    refused_at: datetime


def refused(row: Any) -> RefusedReport:
    return RefusedReport(
        source_system=row["source_system"], reasons=row["codes"], refused_at=row["refused_at"]
    )


class ReferralView(BaseModel):
    """What a referring agency sees: that the referral is open, or not."""

    id: UUID
    state: ReferralState
    links: dict[str, str]


class DeskReferral(ReferralView):
    """What the referral desk sees in a list."""

    site: str
    referral_type: str
    source_system: str
    agency_ori: str | None
    participant_key: str
    occurred_at: datetime
    received_at: datetime
    withdrawn_at: datetime | None
    close_reason: CloseReason | None
    version: int


class OpenedReferral(DeskReferral):
    """What the referral desk sees of one referral: also what the agency wrote."""

    referral: ReferPerson


def for_agency(request: Request, referral: Referral) -> ReferralView:
    # No ETag: a changing one would tell an agency that something came of the person.
    return ReferralView(
        id=referral.id, state=referral.state_for_agency, links=links(request, referral)
    )


def for_desk(request: Request, referral: Referral) -> DeskReferral:
    return DeskReferral(
        **referral.model_dump(include=DeskReferral.model_fields.keys() - {"links"}),
        links=links(request, referral),
    )


def links(request: Request, referral: Referral) -> dict[str, str]:
    return {"self": f"{request.scope.get('root_path', '')}/v1/referrals/{referral.id}"}


def etag(referral: Referral) -> str:
    return f'"{referral.version}"'


class Feed(BaseModel):
    """One source and when it was last heard of."""

    site: str
    source: str
    last_report_at: datetime | None
    last_heartbeat_at: datetime | None
    reports_last_24_hours: int
