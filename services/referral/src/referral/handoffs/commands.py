"""What can be asked about a handoff."""

from dataclasses import dataclass
from datetime import datetime

from referral.handoffs.domain import Step
from referral.referrals.commands import DeskStep


@dataclass(frozen=True)
class TakeStep(DeskStep):
    """Record a step of the handoff. Without a time, it happened now."""

    step: Step
    at: datetime | None = None
    eta_minutes: int | None = None
    case_manager: str | None = None
    meeting_place: str | None = None
