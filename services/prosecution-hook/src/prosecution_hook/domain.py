"""The ledger of participants' charges, and the consents under which it may be read."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.events import ConsentGranted, ConsentRevoked, GrantPart, ParticipantRecontacted
from shared.ids import new_id
from shared.sites import zone_of

RECIPIENT_ROLE = "liaison-prosecutor"
CATEGORY = "engagement_fact"
PURPOSE = "case_coordination"
# 42 CFR 2.32(a)(2): the notice that goes with every consented disclosure.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


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


class ConsentGrant(SQLModel, table=True):
    """One grant of a participant's release of information, as casework published it."""

    __tablename__ = "consent_grant"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    consent_id: UUID
    site: str
    participant_key: str
    recipient_org: str
    recipient_role: str
    categories: list[str] = Field(sa_type=ARRAY(Text))
    purposes: list[str] = Field(sa_type=ARRAY(Text))
    effective_from: date
    expires_on: date | None = None

    @classmethod
    def of(cls, event: ConsentGranted, grant: GrantPart) -> "ConsentGrant":
        return cls(
            consent_id=event.consent_id,
            site=event.site,
            participant_key=event.subject,
            recipient_org=grant.recipient_org,
            recipient_role=grant.recipient_role,
            categories=list(grant.categories),
            purposes=list(grant.purposes),
            effective_from=event.effective_from,
            expires_on=event.expires_on,
        )

    def covers(self, org: str | None, at: datetime) -> bool:
        """Recipient and category and purpose, at this moment on the site's calendar (R-01).

        The last day is the one before `expires_on`: in doubt nothing is told.
        """
        today = at.astimezone(zone_of(self.site)).date()
        return (
            self.recipient_role == RECIPIENT_ROLE
            and org in (None, self.recipient_org)
            and CATEGORY in self.categories
            and PURPOSE in self.purposes
            and self.effective_from <= today
            and (self.expires_on is None or today < self.expires_on)
        )


class ConsentRevocation(SQLModel, table=True):
    """A consent taken back. Kept beside the grants, so that a late grant cannot revive it."""

    __tablename__ = "consent_revocation"

    consent_id: UUID = Field(primary_key=True)
    revoked_at: datetime = Field(sa_type=DateTime(timezone=True))

    @classmethod
    def of(cls, event: ConsentRevoked) -> "ConsentRevocation":
        return cls(consent_id=event.consent_id, revoked_at=event.revoked_at)


class LedgerDisclosure(SQLModel, table=True):
    """The accounting record of one reading of a ledger (R-05)."""

    __tablename__ = "ledger_disclosure"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str
    consent_id: UUID
    recipient: str
    recipient_org: str | None
    category: str = CATEGORY
    purpose: str = PURPOSE
    disclosed_at: datetime = Field(sa_type=DateTime(timezone=True))
