"""The ledger of participants' charges."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.events import ParticipantRecontacted
from shared.ids import new_id

RECIPIENT_ROLE = "liaison-prosecutor"
# That somebody has a ledger says that they are in the program.
CATEGORY = "engagement_fact"


class MatterState(StrEnum):
    """How a matter stands to the person's enrollment; conduct counts, not filing (domain.md 6)."""

    PRE_EXISTING = "pre_existing"
    POST_ENROLLMENT = "post_enrollment"


class LedgerEntry(SQLModel, table=True):
    """One report of a charge against a participant: public record, and nothing else."""

    __tablename__ = "ledger_entry"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    receipt: UUID
    site: str
    participant_key: str
    cause_number: str | None = None
    incident_number: str | None = None
    reported_by: str
    incident_at: datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),
    )
    filed_at: datetime = Field(sa_type=DateTime(timezone=True))
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    charges: list[dict[str, Any]] = Field(sa_type=JSONB)
    state: str

    @classmethod
    def of(cls, event: ParticipantRecontacted) -> "LedgerEntry":
        """The entry that a matched charge makes."""
        incidents = [charge.incident_at for charge in event.charges if charge.incident_at]
        earlier = event.pre_enrollment_conduct
        return cls(
            receipt=event.receipt,
            site=event.site,
            participant_key=event.subject,
            cause_number=event.cause_number,
            incident_number=event.incident_number,
            reported_by=event.reported_by,
            incident_at=min(incidents, default=None),
            filed_at=event.occurred_at,
            received_at=event.received_at,
            charges=[charge.model_dump(mode="json") for charge in event.charges],
            state=MatterState.PRE_EXISTING if earlier else MatterState.POST_ENROLLMENT,
        )
