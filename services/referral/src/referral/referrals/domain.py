"""A referral: its states and the steps between them (domain.md 7.2)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from referral.criteria.domain import Outcome
from referral.referrals.errors import NotAtThisPoint, ReferralIsOver
from shared.events import MatchTier, ParticipantReferred, ReferralClosed, ReferralScreened
from shared.events.parts import ChargePart, PersonPart


class ReferralState(StrEnum):
    """How far a referral has come."""

    RECEIVED = "received"
    AWAITING_APPROVAL = "awaiting_approval"
    WAITLISTED = "waitlisted"
    INELIGIBLE = "ineligible"
    ELIGIBLE = "eligible"
    HANDOFF_PENDING = "handoff_pending"
    HANDED_OFF = "handed_off"
    OUTREACH = "outreach"
    INTAKE_SCHEDULED = "intake_scheduled"
    INTAKE_COMPLETED = "intake_completed"
    ENROLLED = "enrolled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why the desk closed a referral. Never told to the agency."""

    HANDED_OFF = "handed_off"
    NOT_ELIGIBLE = "not_eligible"
    DECLINED = "declined"
    UNABLE_TO_LOCATE = "unable_to_locate"
    DUPLICATE = "duplicate"


class DeclinedBy(StrEnum):
    """Who said no."""

    PERSON = "person"
    OFFICER = "officer"
    PROSECUTOR = "prosecutor"

    @property
    def outcome(self) -> Outcome:
        if self is DeclinedBy.PROSECUTOR:
            return Outcome.REJECTED_BY_PROSECUTOR
        return Outcome(f"declined_by_{self.value}")


_State = ReferralState
# The desk may look again, as long as nobody was called: more may become known.
SCREENABLE = (_State.RECEIVED, _State.AWAITING_APPROVAL, _State.WAITLISTED, _State.INELIGIBLE)
BEFORE_HANDOVER = (*SCREENABLE, _State.ELIGIBLE, _State.HANDOFF_PENDING)
# What the program arranges with the person itself, before the interview.
ARRANGED = (_State.OUTREACH, _State.INTAKE_SCHEDULED)
DECLINABLE = (*BEFORE_HANDOVER, _State.HANDED_OFF, *ARRANGED)
IN_CASEWORK = (_State.INTAKE_COMPLETED, _State.ENROLLED)
OPEN = (*DECLINABLE, *IN_CASEWORK)

_AFTER_SCREENING = {
    Outcome.ELIGIBLE: _State.ELIGIBLE,
    Outcome.PRESUMPTIVELY_INELIGIBLE: _State.INELIGIBLE,
    Outcome.NEEDS_AGENCY_APPROVAL: _State.AWAITING_APPROVAL,
    Outcome.WAITLISTED: _State.WAITLISTED,
    Outcome.DECLINED_BY_PERSON: _State.DECLINED,
    Outcome.DECLINED_BY_OFFICER: _State.DECLINED,
    Outcome.REJECTED_BY_PROSECUTOR: _State.DECLINED,
}


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
    criteria_version: str = "unwritten"
    outcome: str | None = None
    sealed: str
    occurred_at: datetime = Field(sa_type=DateTime(timezone=True))
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    outreach_due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    outreach_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    called_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    handed_off_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    withdrawn_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    close_reason: str | None = None
    attached_to: str | None = None
    looks_like: str | None = None
    erased_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    version: int = 1

    @property
    def state_for_agency(self) -> ReferralState:
        """What its officer saw or did, and nothing more: never who enrolled (R-10)."""
        if self.withdrawn_at is not None:
            return _State.WITHDRAWN
        if self.state in (_State.CLOSED, _State.DECLINED):
            return _State.CLOSED
        if self.handed_off_at is not None:
            return _State.HANDED_OFF
        return _State.RECEIVED if self.called_at is None else _State.HANDOFF_PENDING

    def receive(
        self,
        person: PersonPart,
        charges: tuple[ChargePart, ...],
        observed_needs: tuple[str, ...],
        source_record_id: str | None = None,
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
            source_record_id=source_record_id,
            person=person,
            observed_needs=observed_needs,
            charges=charges,
            received_at=self.received_at,
        )

    def screen(
        self, outcome: Outcome, at: datetime, outreach_due_at: datetime | None = None
    ) -> ReferralScreened:
        """A person's decision; which ones the criteria allow is for `screening.py` to say."""
        self._require(SCREENABLE)
        self.outcome = outcome
        if outcome is Outcome.ELIGIBLE and self.outreach_at is None:
            self.outreach_due_at = outreach_due_at
        self._become(_AFTER_SCREENING[outcome])
        return ReferralScreened(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            referral_id=self.id,
            criteria_version=self.criteria_version,
            outcome=outcome,
            outreach_due_at=self.outreach_due_at,
        )

    def call(self, at: datetime) -> None:
        """The program was called to the person."""
        self._require((_State.ELIGIBLE,))
        self.called_at = at
        self._become(_State.HANDOFF_PENDING)

    def require_handoff(self) -> None:
        """Raises unless the program was called and the person is not with it yet."""
        self._require((_State.HANDOFF_PENDING,))

    def hand_off(self, at: datetime) -> None:
        """The person is with the program now."""
        self._require((_State.HANDOFF_PENDING,))
        self.handed_off_at = at
        self._become(_State.HANDED_OFF)

    def attach(self, key: str, tier: MatchTier) -> None:
        """The person is known, or may be. The desk is told; nothing that an agency sees changes."""
        self.attached_to, self.looks_like = key, tier

    def erase(self, at: datetime) -> None:
        """What was said of the person is destroyed; what the agency saw stays as it was."""
        self.sealed, self.erased_at = "", at

    def note_outreach(self, at: datetime) -> None:
        """Somebody went to see the person: no clock asks for it any more."""
        self.outreach_at = self.outreach_at or at
        self.advance(_State.OUTREACH)

    def advance(self, state: ReferralState) -> None:
        """Forward only: news may come late, or after the referral ended."""
        if state in ARRANGED and not self._waits_for_the_program:
            return
        if self.state in OPEN and OPEN.index(state) > OPEN.index(ReferralState(self.state)):
            self._become(state)

    @property
    def _waits_for_the_program(self) -> bool:
        """The desk's own steps come first: a screening that is open, an officer who waits."""
        if self.state == _State.ELIGIBLE:
            return self.outreach_due_at is not None
        return self.state in (_State.HANDED_OFF, *ARRANGED)

    def decline(self, by: DeclinedBy, at: datetime) -> ReferralClosed:
        """Everybody concerned may say no, until the interview is done."""
        self._require(DECLINABLE)
        self.outcome = by.outcome
        self._become(_State.DECLINED)
        return self.closed(by.outcome, at)

    def withdraw(self, at: datetime) -> ReferralClosed | None:
        """The agency's step. It succeeds whatever came of the person since: no oracle (R-10)."""
        if self.state_for_agency in (_State.WITHDRAWN, _State.CLOSED):
            raise ReferralIsOver
        self.withdrawn_at = at
        if self.state not in BEFORE_HANDOVER:
            # What the person agreed to with the program is not the agency's to take back.
            self._become(ReferralState(self.state))
            return None
        self._become(_State.WITHDRAWN)
        return self.closed(None, at)

    def close(self, reason: CloseReason, at: datetime) -> ReferralClosed | None:
        """The desk's step. An enrolled person's referral is closed too, so closed tells nothing."""
        self._require(OPEN)
        ended = self.state not in IN_CASEWORK and reason is not CloseReason.HANDED_OFF
        self.close_reason = reason
        self._become(_State.CLOSED)
        return self.closed(reason, at) if ended else None

    def closed(self, reason: str | None, at: datetime) -> ReferralClosed:
        """The fact that this referral ended without enrollment."""
        return ReferralClosed(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            referral_id=self.id,
            state=self.state,
            reason=reason,
        )

    def _require(self, states: tuple[ReferralState, ...]) -> None:
        if self.state not in OPEN:
            raise ReferralIsOver
        if self.state not in states:
            raise NotAtThisPoint

    def _become(self, state: ReferralState) -> None:
        self.state = state
        self.version += 1
