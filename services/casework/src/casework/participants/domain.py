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
    IntakeScheduled,
    OutreachMade,
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


class Step(StrEnum):
    """How far somebody has come between referral and enrollment."""

    REFERRED = "referred"
    OUTREACH = "outreach"
    INTAKE_SCHEDULED = "intake_scheduled"
    INTAKE_COMPLETED = "intake_completed"

    @classmethod
    def of(
        cls,
        outreach_at: datetime | None,
        intake_scheduled_for: datetime | None,
        intake_completed_at: datetime | None,
    ) -> "Step":
        """The furthest that has a date."""
        dated = (
            (cls.INTAKE_COMPLETED, intake_completed_at),
            (cls.INTAKE_SCHEDULED, intake_scheduled_for),
            (cls.OUTREACH, outreach_at),
        )
        return next((step for step, at in dated if at is not None), cls.REFERRED)


class InactiveReason(StrEnum):
    """Why somebody is not engaging just now."""

    IN_THE_WIND = "in_the_wind"
    INCARCERATED = "incarcerated"
    TREATMENT_INPATIENT = "treatment_inpatient"
    MOVED = "moved"
    PAUSED_BY_PARTICIPANT = "paused_by_participant"


class ExitReason(StrEnum):
    """The only ways out. A transfer needs a fresh release to whoever takes over.

    Completion has three of its own: it is no leaving, and nobody "failed".
    """

    GOALS_REACHED = "goals_reached"
    MOVED_AWAY = "moved_away"
    CANNOT_BE_LOCATED = "cannot_be_located"
    BY_PARTICIPANT = "by_participant"
    DECEASED = "deceased"
    TRANSFERRED = "transferred"


COMPLETIONS = (ExitReason.GOALS_REACHED, ExitReason.MOVED_AWAY, ExitReason.CANNOT_BE_LOCATED)


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
    outreach_due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    # Whose clock it is: when that referral ends, nobody need go any more.
    outreach_referral: UUID | None = None
    outreach_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    reached_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    intake_due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    intake_scheduled_for: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    intake_completed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    enrolled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    erased_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    @property
    def step(self) -> Step | None:
        """None once enrolled, and for whoever left before."""
        if self.state != State.REFERRED:
            return None
        return Step.of(self.outreach_at, self.intake_scheduled_for, self.intake_completed_at)

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

    def await_outreach(self, due_at: datetime, referral_id: UUID) -> bool:
        """Whether a clock begins: nobody was there yet, and no earlier one runs."""
        if self.step is not Step.REFERRED or self.outreach_due_at is not None:
            return False
        self.outreach_due_at, self.outreach_referral = due_at, referral_id
        return True

    def drop_outreach(self, referral_id: UUID) -> bool:
        """Whether the clock ends without outreach, because this referral did."""
        if self.outreach_referral != referral_id or self.outreach_at is not None:
            return False
        self.outreach_due_at = self.outreach_referral = None
        return True

    def reach_out(self, at: datetime, *, reached: bool) -> OutreachMade | None:
        """Somebody went to see a referred person. What is told is the first time, found or not."""
        if self.state != State.REFERRED:
            return None
        if reached and self.reached_at is None:
            self.reached_at = at
        if self.outreach_at is not None:
            return None
        self.outreach_at = at
        return OutreachMade(
            site=self.site, subject=self.participant_key, occurred_at=at, made_at=at
        )

    def schedule_intake(self, appointment_id: UUID, at: datetime, now: datetime) -> IntakeScheduled:
        """The last time that was set is the one that holds."""
        if self.intake_completed_at is not None:
            raise IntakeAlreadyCompleted
        self.intake_scheduled_for = at
        return IntakeScheduled(
            site=self.site,
            subject=self.participant_key,
            occurred_at=now,
            appointment_id=appointment_id,
            scheduled_for=at,
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
    # Set where an exit was undone.
    undone_because: str | None = None
    changed_by: str
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
