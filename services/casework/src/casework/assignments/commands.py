"""What casework can be asked to do about who is responsible."""

from dataclasses import dataclass
from uuid import UUID

from casework.assignments.domain import TransferState
from casework.participants.commands import Edit


@dataclass(frozen=True, slots=True)
class AssignCaseManager:
    """Make somebody responsible for a participant, from now on."""

    edit: Edit
    case_manager: str
    backup: str | None
    supervisor: str | None
    override_reason: str | None
    by_supervisor: bool


@dataclass(frozen=True, slots=True)
class OfferTransfer:
    """Ask another case manager to take a participant over."""

    edit: Edit
    to: str
    backup: str | None


@dataclass(frozen=True, slots=True)
class DecideTransfer:
    """Accept or decline; a supervisor may do either, and go beyond a full caseload."""

    transfer_id: UUID
    state: TransferState
    by: str
    sites: frozenset[str]
    by_supervisor: bool
    override_reason: str | None = None
