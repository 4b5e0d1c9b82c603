"""One referral as the desk sees it, put together."""

from fastapi import Request

from referral.criteria.domain import propose
from referral.criteria.repository import get_criteria
from referral.referrals import records, views
from referral.referrals.domain import Referral
from shared.database import Transaction


async def opened(request: Request, referral: Referral, tx: Transaction) -> views.OpenedReferral:
    """What the agency wrote, what the criteria say of it now, and what was decided."""
    content = records.open_referral(referral, tx)
    screenings = await records.list_screenings(referral, tx)
    criteria = await get_criteria(tx, referral.site, referral.criteria_version)
    findings = screenings[0][1].findings if screenings else {}
    proposal = propose(criteria.content, content.facts(), findings)
    return views.OpenedReferral(
        **views.for_desk(request, referral).model_dump(),
        referral=content,
        sheet=views.sheet_of(criteria.version, criteria.content.title, proposal),
        screenings=views.screenings_of(screenings),
    )
