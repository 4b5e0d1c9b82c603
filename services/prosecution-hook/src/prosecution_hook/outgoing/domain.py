"""A partner's endpoint, and what one message to it says."""

import secrets
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from prosecution_hook.disclosure.domain import Clearance, Proposal, Recipient
from shared.ids import new_id
from shared.sealing import DataClass, KeyRing
from shared.webhooks import new_secret

EventType = Literal[
    "charge-hold-started",
    "charge-hold-expiring",
    "charge-hold-deadline-passed",
    "charge-hold-resolved",
    "coordination-requested",
]
# That there is a hold or an item about somebody says that they take part, and nothing more.
CATEGORIES = ("engagement_fact",)
# Standard Webhooks' own schedule: three days in all. A receiver on holiday is not a dead one.
WAITS = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
JITTER = 0.2
OVERLAP = timedelta(hours=24)
ASK_AGAIN = timedelta(seconds=15)


class Fact(BaseModel):
    """A key and an id: the rest is read here, under its own checks."""

    subject: str
    id: UUID


class Message(BaseModel):
    """What a partner is sent, with consent reference and notice (R-04)."""

    type: str
    timestamp: AwareDatetime
    data: Fact
    consent_id: UUID
    notice: str


class Endpoint(SQLModel, table=True):
    """Where a partner's system is told. Secrets are sealed; two count while one replaces one."""

    __tablename__ = "webhook_endpoint"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    org: str
    role: str
    url: str
    events: list[str] = Field(sa_type=ARRAY(Text))
    secret: str
    old_secret: str | None = None
    old_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    created_by: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    disabled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    disabled_because: str | None = None

    def take_secret(self, ring: KeyRing, now: datetime) -> str:
        """A new secret, shown once. The one before signs too for a day: no gap."""
        if self.secret:
            self.old_secret, self.old_until = self.secret, now + OVERLAP
        secret = new_secret()
        self.secret = ring.seal(DataClass.IDENTITY, str(self.id), secret.encode())
        return secret

    def secrets(self, ring: KeyRing, now: datetime) -> tuple[str, ...]:
        """The newest first."""
        old = self.old_secret if self.old_until and now < self.old_until else None
        sealed = [found for found in (self.secret, old) if found]
        return tuple(ring.open(str(self.id), s, DataClass.IDENTITY).decode() for s in sealed)

    def disable(self, because: str, at: datetime) -> None:
        self.disabled_at, self.disabled_because = at, because


class Delivery(SQLModel, table=True):
    """One message to one endpoint: an intent that is claimed, tried, and ends once."""

    __tablename__ = "webhook_delivery"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    endpoint_id: UUID
    site: str
    participant_key: str
    type: str
    about: UUID
    occurred_at: datetime = Field(sa_type=DateTime(timezone=True))
    state: str = "queued"
    attempts: int = 0
    outcome: str | None = None
    disclosure_id: UUID | None = None
    next_attempt_at: datetime = Field(sa_type=DateTime(timezone=True))
    leased_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def proposal(self, endpoint: Endpoint) -> Proposal:
        recipient = Recipient(f"webhook-{endpoint.id}", endpoint.role, endpoint.org)
        return Proposal(self.site, self.participant_key, recipient, CATEGORIES, about=self.id)

    def body(self, clearance: Clearance) -> str:
        message = Message(
            type=self.type,
            timestamp=self.occurred_at,
            data=Fact(subject=self.participant_key, id=self.about),
            consent_id=clearance.consent_id,
            notice=clearance.notice,
        )
        return message.model_dump_json()

    def end(self, state: str, outcome: str, at: datetime) -> None:
        self.state, self.outcome, self.ended_at, self.leased_until = state, outcome, at, None

    def hold_back(self, reason: str, at: datetime) -> None:
        """Not sent, so not an attempt: it waits until it is known whether it may be."""
        self.attempts -= 1
        self.next_attempt_at, self.outcome, self.leased_until = at + ASK_AGAIN, reason, None

    def postpone(self, outcome: str, at: datetime, least: int = 0) -> None:
        """Later each time, and never all at the same moment."""
        wait = WAITS[min(self.attempts, len(WAITS)) - 1].total_seconds()
        jitter = 1 + JITTER * (secrets.randbelow(2001) - 1000) / 1000
        self.next_attempt_at = at + timedelta(seconds=max(wait * jitter, least))
        self.outcome, self.leased_until = outcome, None
