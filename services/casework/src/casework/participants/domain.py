"""The person's file and its rules: one case manager, one intake, enrolled once, never "failed"."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from casework.participants.errors import (
    IntakeAlreadyCompleted,
    NotEnrolled,
    ParticipantExited,
)
from shared.errors import PreconditionFailed
from shared.events import (
    CaseManagerAssigned,
    IntakeCompleted,
    ParticipantEnrolled,
    ParticipantStatusChanged,
)
from shared.ids import new_id


class State(StrEnum):
    """`referred` until enrollment; then how engagement stands."""

    REFERRED = "referred"
    ACTIVE = "active"
    INACTIVE = "inactive"
    EXITED = "exited"


class InactiveReason(StrEnum):
    """Why somebody is not engaging just now."""

    IN_THE_WIND = "in_the_wind"
    INCARCERATED = "incarcerated"
    TREATMENT_INPATIENT = "treatment_inpatient"
    MOVED = "moved"
    PAUSED_BY_PARTICIPANT = "paused_by_participant"


class ExitReason(StrEnum):
    """The only ways out. A transfer needs a fresh release to whoever takes over."""

    BY_PARTICIPANT = "by_participant"
    DECEASED = "deceased"
    TRANSFERRED = "transferred"


class ParticipantFile(SQLModel, table=True):
    """What the program knows about one referred or enrolled person, apart from who they are."""

    __tablename__ = "participant_file"

    participant_key: str = Field(primary_key=True)
    site: str
    state: str = State.REFERRED
    reason: str | None = None
    version: int = 1
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    case_manager: str | None = None
    backup: str | None = None
    supervisor: str | None = None
    intake_due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    intake_completed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    enrolled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    erased_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def edit(self, expected: int | None) -> None:
        """Every change by a person starts here. Raises PreconditionFailed, ParticipantExited."""
        if expected is not None and expected != self.version:
            raise PreconditionFailed
        if self.state == State.EXITED:
            raise ParticipantExited
        self.version += 1

    def assign(
        self, case_manager: str, backup: str | None, supervisor: str, at: datetime
    ) -> CaseManagerAssigned:
        self.case_manager, self.backup, self.supervisor = case_manager, backup, supervisor
        return CaseManagerAssigned(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            case_manager=case_manager,
            backup=backup,
            supervisor=supervisor,
            assigned_from=at,
        )

    def complete_intake(self, intake: "IntakeInterview") -> IntakeCompleted:
        if self.intake_completed_at is not None:
            raise IntakeAlreadyCompleted
        self.intake_completed_at = intake.completed_at
        return IntakeCompleted(
            site=self.site,
            subject=self.participant_key,
            occurred_at=intake.completed_at,
            intake_id=intake.id,
            completed_at=intake.completed_at,
        )

    def enroll(self, at: datetime, *, consented: bool) -> ParticipantEnrolled | None:
        """Enrolled once, when intake is completed and a release of information is in force."""
        if self.state != State.REFERRED or not (consented and self.intake_completed_at):
            return None
        self.state, self.enrolled_at = State.ACTIVE, at
        return ParticipantEnrolled(
            site=self.site, subject=self.participant_key, occurred_at=at, enrolled_at=at
        )

    def change_status(
        self, state: State, reason: str | None, at: datetime
    ) -> ParticipantStatusChanged | None:
        """None when nothing changes. Nobody is active or inactive before enrollment."""
        if self.enrolled_at is None and state is not State.EXITED:
            raise NotEnrolled
        if (self.state, self.reason) == (state, reason):
            return None
        self.state, self.reason = state, reason
        return ParticipantStatusChanged(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            status=state,
            reason=reason,
            since=at,
        )

    def erase(self, at: datetime) -> None:
        """Closed for good; what is left says only that there was a file."""
        self.state, self.reason, self.erased_at = State.EXITED, None, at
        self.case_manager = self.backup = self.supervisor = None
        self.version += 1


class IntakeInterview(SQLModel, table=True):
    """The full assessment interview."""

    __tablename__ = "intake_interview"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(unique=True, foreign_key="participant_file.participant_key")
    started_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    completed_at: datetime = Field(sa_type=DateTime(timezone=True))
    domains: list[str] = Field(sa_type=ARRAY(Text))
    recorded_by: str


class StatusChange(SQLModel, table=True):
    """One change of engagement, for the timeline."""

    __tablename__ = "status_change"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    state: str
    reason: str | None = None
    changed_by: str
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
