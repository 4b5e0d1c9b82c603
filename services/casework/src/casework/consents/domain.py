"""A release of information: who may be told what, for which purpose, until when."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.events import ConsentGranted, ConsentRevoked, GrantPart
from shared.ids import new_id
from shared.sites import zone_of

LEGAL_PROCEEDINGS = "legal_proceedings"


class Category(StrEnum):
    """What may be told."""

    ENROLLMENT_FACT = "enrollment_fact"
    ENGAGEMENT_FACT = "engagement_fact"
    PROGRESS = "progress"
    BARRIERS = "barriers"
    GOALS = "goals"
    LEGAL_MATTER = "legal_matter"
    LOCATION = "location"
    HEALTH_SUD = "health_sud"
    HEALTH_OTHER = "health_other"


class SignedConsent(SQLModel, table=True):
    """Signed once, never edited; another release is another record."""

    __tablename__ = "signed_consent"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    site: str
    template_version: str
    language: str
    signature_evidence: str
    grants: list[dict[str, Any]] = Field(sa_type=JSONB)
    signed_at: datetime = Field(sa_type=DateTime(timezone=True))
    effective_from: date
    expires_on: date | None = None
    recorded_by: str
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    revoked_by: str | None = None
    revocation_channel: str | None = None

    def signed(self) -> ConsentGranted:
        return ConsentGranted(
            site=self.site,
            subject=self.participant_key,
            occurred_at=self.signed_at,
            consent_id=self.id,
            grants=tuple(GrantPart.model_validate(grant) for grant in self.grants),
            effective_from=self.effective_from,
            expires_on=self.expires_on,
        )

    def revoke(self, by: str, at: datetime, channel: str | None = None) -> ConsentRevoked | None:
        """At once and for good; taking it back twice changes nothing."""
        if self.revoked_at is not None:
            return None
        self.revoked_at, self.revoked_by, self.revocation_channel = at, by, channel
        return ConsentRevoked(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            consent_id=self.id,
            revoked_at=at,
        )

    def in_force(self, today: date) -> bool:
        """The day of expiry is the first without it."""
        unexpired = self.expires_on is None or today < self.expires_on
        return self.revoked_at is None and self.effective_from <= today and unexpired

    def serves(self, purpose: str, at: datetime) -> bool:
        """Whether somebody may be told something for this purpose now, where the site is."""
        today = at.astimezone(zone_of(self.site)).date()
        return self.in_force(today) and any(purpose in g["purposes"] for g in self.grants)


def mixes_legal_proceedings(purposes: list[set[str]]) -> bool:
    """R-06: a release for legal proceedings stands alone, never beside another purpose."""
    named = set().union(*purposes)
    return LEGAL_PROCEEDINGS in named and len(named) > 1
