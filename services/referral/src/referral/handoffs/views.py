"""What is seen of a handoff: times, for whoever waits beside the person."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from referral.handoffs.domain import Handoff
from referral.referrals.domain import Referral, ReferralState


class HandoffView(BaseModel):
    """How far the handoff is. Nothing clinical, and nothing of what came after it."""

    referral_id: UUID
    state: ReferralState
    called_at: datetime | None = None
    due_at: datetime | None = None
    overdue_at: datetime | None = None
    dispatched_at: datetime | None = None
    eta_at: datetime | None = None
    arrived_at: datetime | None = None
    completed_at: datetime | None = None


def handoff_view(referral: Referral, handoff: Handoff | None) -> HandoffView:
    times = handoff.model_dump(exclude={"referral_id"}) if handoff else {}
    known = {name: value for name, value in times.items() if name in HandoffView.model_fields}
    return HandoffView(referral_id=referral.id, state=referral.state_for_agency, **known)
