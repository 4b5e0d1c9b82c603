"""Assignments and transfers: one responsible person at a time, and never an unreachable one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from casework.assignments.errors import CaseloadFull, NotTheirs, StaffUnreachable, TransferDecided
from casework.settings import CaseloadPolicy
from shared.ids import new_id


class Assignment(SQLModel, table=True):
    """Who is, or was, responsible. `ended_at` is empty for the present one."""

    __tablename__ = "case_assignment"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    case_manager: str
    backup: str | None = None
    supervisor: str | None = None
    assigned_by: str
    override_reason: str | None = None
    assigned_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class TransferState(StrEnum):
    """The present case manager stays responsible until somebody accepted."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Transfer(SQLModel, table=True):
    """One case manager hands a participant on to another, who has to accept."""

    __tablename__ = "case_transfer"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    site: str
    from_case_manager: str
    to_case_manager: str
    backup: str | None = None
    state: str = TransferState.OFFERED
    offered_by: str
    offered_at: datetime = Field(sa_type=DateTime(timezone=True))
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def decide(self, state: TransferState, by: str, at: datetime, *, supervises: bool) -> None:
        """Nobody's caseload grows without their word or a supervisor's."""
        if self.state != TransferState.OFFERED:
            raise TransferDecided
        if by != self.to_case_manager and not supervises:
            raise NotTheirs
        self.state, self.decided_by, self.decided_at = state, by, at


def require_room(count: int, policy: CaseloadPolicy, *, overridden: bool) -> None:
    """Refuse one participant more for a full caseload, unless a supervisor gave a reason."""
    if count >= policy.full_at and not overridden:
        raise CaseloadFull


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody at a site, as the notifier speaks of them. `name`: None until it has told it."""

    site: str
    sub: str
    name: str | None
    reachable: bool

    @property
    def called(self) -> str:
        return self.name or self.sub


def require_reachable(unreachable: Collection[str]) -> None:
    """Nobody can be responsible whom no alert reaches; no reason overrides that."""
    if unreachable:
        raise StaffUnreachable
