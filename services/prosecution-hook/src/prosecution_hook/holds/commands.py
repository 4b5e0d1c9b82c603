"""What can be asked about holds."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from prosecution_hook.holds.domain import ExtensionReason, Resolution, ResolutionReason
from prosecution_hook.offices import OfficeCaller
from shared.events import ParticipantReferred


@dataclass(frozen=True, slots=True)
class StartHold:
    """Hold the charges of a diverted arrest."""

    referral: ParticipantReferred


@dataclass(frozen=True, slots=True)
class ExtendHold:
    """Give the person more time."""

    hold_id: UUID
    until: date
    reason: ExtensionReason
    approved_by: str | None
    by: OfficeCaller
    expected: int | None


@dataclass(frozen=True, slots=True)
class ResolveHold:
    """Say how the held charge ends."""

    hold_id: UUID
    resolution: Resolution
    reason: ResolutionReason
    by: OfficeCaller
    expected: int | None
