"""A linkage: a need, a service, an outcome. The measure is whether the need was met."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from casework.linkages.errors import OutcomeNotPossible
from shared.errors import PreconditionFailed
from shared.ids import new_id


class Outcome(StrEnum):
    """How it stands. None of them says anything about the participant's worth."""

    WAITING = "waiting"
    CONNECTED = "connected"
    NEED_MET = "need_met"
    NOT_AVAILABLE = "not_available"
    NOT_ELIGIBLE = "not_eligible"
    DECLINED_BY_PARTICIPANT = "declined_by_participant"


_ENDS = {Outcome.NOT_AVAILABLE, Outcome.NOT_ELIGIBLE, Outcome.DECLINED_BY_PARTICIPANT}
NEXT: dict[str, set[Outcome]] = {
    Outcome.WAITING: {Outcome.CONNECTED, Outcome.NEED_MET, *_ENDS},
    Outcome.CONNECTED: {Outcome.NEED_MET, *_ENDS},
}


class Although(StrEnum):
    """Why a service is linked that the directory does not call active."""

    CONFIRMED_OPEN = "confirmed_open"
    REOPENS_SOON = "reopens_soon"
    WAITING_LIST = "waiting_list"


class Linkage(SQLModel, table=True):
    """One referral out. The service's name stays as it was, whatever the directory says later."""

    __tablename__ = "linkage"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    need: str
    service_id: str | None = None
    service_name: str
    although: str | None = None
    outcome: str = Outcome.WAITING
    version: int = 1
    linked_by: str
    linked_at: datetime = Field(sa_type=DateTime(timezone=True))
    outcome_by: str | None = None
    outcome_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def become(self, outcome: Outcome, by: str, at: datetime, expected: int | None) -> None:
        if expected is not None and expected != self.version:
            raise PreconditionFailed
        if outcome not in NEXT.get(self.outcome, set()):
            raise OutcomeNotPossible
        self.outcome, self.outcome_by, self.outcome_at = outcome, by, at
        self.version += 1
