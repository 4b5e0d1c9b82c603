"""Referrals as the desk sees them, put together."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request

from referral.criteria.domain import propose
from referral.criteria.repository import get_criteria
from referral.handoffs.domain import Handoff
from referral.referrals import records, views
from referral.referrals.domain import Referral, ReferralState
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


@dataclass(frozen=True, slots=True)
class Row:
    """One referral in the desk's list. Names are short here: somebody may look on."""

    id: UUID
    site: str
    state: str
    referral_type: str
    source_system: str
    received_at: datetime
    short_name: str
    place: str | None
    known: bool
    clock: str | None
    due_at: datetime | None
    eta_at: datetime | None

    @property
    def urgency(self) -> tuple[bool, datetime]:
        """A clock that runs comes before none; then whoever waits longest."""
        return self.due_at is None, self.due_at or self.received_at

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


def row_of(referral: Referral, handoff: Handoff | None, tx: Transaction) -> Row:
    erased = referral.erased_at is not None
    said = None if erased else records.open_referral(referral, tx)
    clock, due_at = _clock_of(referral, handoff)
    return Row(
        id=referral.id,
        site=referral.site,
        state=referral.state,
        referral_type=referral.referral_type,
        source_system=referral.source_system,
        received_at=referral.received_at,
        short_name=_short(said.person.given, said.person.surname) if said else "Erased",
        place=said.location.text or said.location.beat if said else None,
        known=referral.attached_to is not None,
        clock=clock,
        due_at=due_at,
        eta_at=handoff.eta_at if handoff else None,
    )


def _clock_of(referral: Referral, handoff: Handoff | None) -> tuple[str | None, datetime | None]:
    pending = referral.state == ReferralState.HANDOFF_PENDING
    if pending and handoff is not None and handoff.arrived_at is None:
        return "handoff", handoff.due_at
    waits = referral.state == ReferralState.ELIGIBLE and referral.outreach_at is None
    if waits and referral.outreach_due_at:
        return "outreach", referral.outreach_due_at
    return None, None


def _short(given: str | None, surname: str | None) -> str:
    if surname is None:
        return given or "Known by number"
    return f"{given} {surname[0]}." if given else f"{surname[0]}."
