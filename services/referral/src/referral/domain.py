"""A referral: its states and rules."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from referral.errors import ReferralIsOver
from shared.events import ParticipantReferred
from shared.events.parts import ChargePart, PersonPart


class ReferralState(StrEnum):
    """How far a referral has come."""

    RECEIVED = "received"
    INTAKE_COMPLETED = "intake_completed"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why the desk closed a referral. Never told to the agency."""

    HANDED_OFF = "handed_off"
    NOT_ELIGIBLE = "not_eligible"
    DECLINED = "declined"
    UNABLE_TO_LOCATE = "unable_to_locate"
    DUPLICATE = "duplicate"


_ORDER = (ReferralState.RECEIVED, ReferralState.INTAKE_COMPLETED, ReferralState.ENROLLED)


class Referral(SQLModel, table=True):
    """A person referred to the program. Who it is, and what was said of them, is sealed."""

    id: UUID = Field(primary_key=True)
    participant_key: str
    site: str
    source_system: str
    record_digest: bytes
    content_digest: bytes
    agency_ori: str | None = None
    referral_type: str
    state: str = ReferralState.RECEIVED
    sealed: str
    occurred_at: datetime = Field(sa_type=DateTime(timezone=True))
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    withdrawn_at: datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),
    )
    close_reason: str | None = None
    version: int = 1

    @property
    def state_for_agency(self) -> ReferralState:
        """Whether it is open, and nothing more: an agency must not learn who enrolled (R-10)."""
        if self.withdrawn_at is not None:
            return ReferralState.WITHDRAWN
        if self.state == ReferralState.CLOSED:
            return ReferralState.CLOSED
        return ReferralState.RECEIVED

    def receive(
        self,
        person: PersonPart,
        charges: tuple[ChargePart, ...],
        observed_needs: tuple[str, ...],
    ) -> ParticipantReferred:
        """The fact that the referral arrived."""
        return ParticipantReferred(
            site=self.site,
            subject=self.participant_key,
            occurred_at=self.occurred_at,
            referral_id=self.id,
            referral_type=self.referral_type,
            agency_ori=self.agency_ori,
            source_system=self.source_system,
            person=person,
            observed_needs=observed_needs,
            charges=charges,
            received_at=self.received_at,
        )

    def advance(self, state: ReferralState) -> None:
        """Forward only: news may come late, or after the referral ended."""
        if self.state in _ORDER and _ORDER.index(state) > _ORDER.index(ReferralState(self.state)):
            self._become(state)

    def withdraw(self, at: datetime) -> None:
        """The agency's step. It succeeds whatever came of the person since: no oracle (R-10)."""
        if self.state_for_agency is not ReferralState.RECEIVED:
            raise ReferralIsOver
        self.withdrawn_at = at
        self._become(
            ReferralState.WITHDRAWN
            if self.state == ReferralState.RECEIVED
            else ReferralState(self.state)
        )

    def close(self, reason: CloseReason) -> None:
        """The desk's step. An enrolled person's referral is closed too, so closed tells nothing."""
        if self.state not in _ORDER:
            raise ReferralIsOver
        self.close_reason = reason
        self._become(ReferralState.CLOSED)

    def _become(self, state: ReferralState) -> None:
        self.state = state
        self.version += 1
