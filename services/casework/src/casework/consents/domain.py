"""A release of information: who may be told what, for which purpose, until when."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from casework.consents.errors import NotInForce
from shared.errors import PreconditionFailed
from shared.events import ConsentGranted, ConsentReinstated, ConsentRevoked, GrantPart
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


class ConsentState(StrEnum):
    """`draft` until signed; every end is for good."""

    DRAFT = "draft"
    SIGNED = "signed"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Channel(StrEnum):
    """How a participant took a release back. Any way will do."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    WRITING = "writing"
    THROUGH_COUNSEL = "through_counsel"
    DECEASED = "deceased"


class ConsentDraft(SQLModel, table=True):
    """What is to be signed. It tells nobody anything, and goes when it is signed."""

    __tablename__ = "consent_draft"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    site: str
    version: int = 1
    terms: dict[str, Any] = Field(sa_type=JSONB)
    written_by: str
    written_at: datetime = Field(sa_type=DateTime(timezone=True))

    def expect(self, version: int | None) -> None:
        """Raises PreconditionFailed: who signs must have seen what it says now."""
        if version is not None and version != self.version:
            raise PreconditionFailed

    def change(self, terms: dict[str, Any], by: str, at: datetime) -> None:
        self.terms, self.written_by, self.written_at = terms, by, at
        self.version += 1


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
    disclosers: list[str] = Field(default=[], sa_type=ARRAY(Text))
    witness: str | None = None
    copy_hash: str | None = None
    state: str = ConsentState.SIGNED
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    supersedes: UUID | None = None
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
        """At once and for good; what has ended already stays as it ended."""
        if self.state != ConsentState.SIGNED:
            return None
        self.revoked_at, self.revoked_by, self.revocation_channel = at, by, channel
        return self._end(ConsentState.REVOKED, at)

    def reinstate(self, at: datetime) -> ConsentReinstated | None:
        """In force again as if it had not been revoked; None when its last day has passed."""
        self.revoked_at = self.revoked_by = self.revocation_channel = self.ended_at = None
        self.state = ConsentState.SIGNED
        if self.expire(at):
            return None
        return ConsentReinstated(
            site=self.site, subject=self.participant_key, occurred_at=at, consent_id=self.id
        )

    def supersede(self, at: datetime) -> ConsentRevoked:
        """Others hear that this one ends, after they heard of the one that replaces it."""
        if self.state != ConsentState.SIGNED:
            raise NotInForce
        return self._end(ConsentState.SUPERSEDED, at)

    def expire(self, at: datetime) -> bool:
        """Whoever holds the release knows its last day: nothing has to be said."""
        if self.state != ConsentState.SIGNED or self.expires_on is None or at < self.ends_at:
            return False
        self.state, self.ended_at = ConsentState.EXPIRED, at
        return True

    @property
    def ends_at(self) -> datetime:
        """The first moment without it, where the site is."""
        return midnight(self.expires_on or date.max, self.site)

    def _end(self, state: ConsentState, at: datetime) -> ConsentRevoked:
        self.state, self.ended_at = state, at
        return ConsentRevoked(
            site=self.site,
            subject=self.participant_key,
            occurred_at=at,
            consent_id=self.id,
            revoked_at=at,
        )

    def in_force(self, today: date) -> bool:
        """The day of expiry is the first without it, whether or not the clock has come by."""
        unexpired = self.expires_on is None or today < self.expires_on
        return self.state == ConsentState.SIGNED and self.effective_from <= today and unexpired

    def serves(self, purpose: str, at: datetime) -> bool:
        """Whether somebody may be told something for this purpose now, where the site is."""
        today = at.astimezone(zone_of(self.site)).date()
        return self.in_force(today) and any(purpose in g["purposes"] for g in self.grants)

    def categories_for(self, role: str, org: str | None, purpose: str) -> set[str]:
        """What this recipient may be told for this purpose; recipient AND purpose (R-01).

        Without an office (None) nothing: a release names the office that may be told.
        """
        found: set[str] = set()
        for grant in self.grants:
            named = (grant["recipient_role"], grant["recipient_org"]) == (role, org)
            if named and purpose in grant["purposes"]:
                found.update(grant["categories"])
        return found


def midnight(day: date, site: str) -> datetime:
    """When a day begins where the site is."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(site))


def mixes_legal_proceedings(purposes: list[set[str]]) -> bool:
    """R-06: a release for legal proceedings stands alone, never beside another purpose."""
    named = set().union(*purposes)
    return LEGAL_PROCEEDINGS in named and len(named) > 1
