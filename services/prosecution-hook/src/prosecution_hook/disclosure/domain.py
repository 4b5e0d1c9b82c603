"""What may be told to whom: the participant's grants, and the gatekeeper's decision on a proposal.

Everything here fails closed: a grant that does not cover exactly, or a consent state that is not
known to be current, withholds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from shared.events import (
    ConsentGranted,
    ConsentRevoked,
    DisclosureMade,
    DisclosureSuppressed,
    GrantPart,
)
from shared.ids import new_id
from shared.policy import may_be_told
from shared.sites import zone_of

# 42 CFR 2.32(a)(2): the notice that goes with every consented disclosure.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
# without a word from casework for longer than this, a revocation may be on its way.
CONSENT_BOUND = timedelta(seconds=60)


class Withholding(StrEnum):
    """Why a disclosure was suppressed."""

    FORBIDDEN = "forbidden"
    CONSENT_UNKNOWN = "consent_unknown"
    NO_CONSENT = "no_consent"
    REVOKED = "consent_revoked"
    EXPIRED = "consent_not_in_force"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who would be told: `name` is the person or endpoint, `org` their office.

    There is no recipient without an office: whose office nobody knows is told nothing.
    """

    name: str
    role: str
    org: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be told about a participant, to whom, and what for. `about` is our own record."""

    site: str
    participant_key: str
    recipient: Recipient
    categories: tuple[str, ...]
    purpose: str = "case_coordination"
    about: UUID | None = None


@dataclass(frozen=True, slots=True)
class Clearance:
    """It may be told now. Consent reference and notice go with it on every channel (R-04)."""

    disclosure_id: UUID
    consent_id: UUID
    notice: str = NOTICE


@dataclass(frozen=True, slots=True)
class Withheld:
    """It must not be told, and why."""

    disclosure_id: UUID
    reason: Withholding


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

    def names(self, proposal: Proposal) -> bool:
        """Recipient with office, and every category and purpose, exactly (R-01)."""
        return (
            self.site == proposal.site
            and self.participant_key == proposal.participant_key
            and self.recipient_role == proposal.recipient.role
            and self.recipient_org == proposal.recipient.org
            and set(proposal.categories) <= set(self.categories)
            and proposal.purpose in self.purposes
        )

    def in_force(self, at: datetime) -> bool:
        """On the site's calendar; the last day is the one before `expires_on`."""
        today = at.astimezone(zone_of(self.site)).date()
        return self.effective_from <= today and (self.expires_on is None or today < self.expires_on)


class ConsentRevocation(SQLModel, table=True):
    """A consent taken back. Kept beside the grants, so that a late grant cannot revive it."""

    __tablename__ = "consent_revocation"

    consent_id: UUID = Field(primary_key=True)
    revoked_at: datetime = Field(sa_type=DateTime(timezone=True))

    @classmethod
    def of(cls, event: ConsentRevoked) -> "ConsentRevocation":
        return cls(consent_id=event.consent_id, revoked_at=event.revoked_at)


class Disclosure(SQLModel, table=True):
    """The accounting record of what was told (R-05), or of what was held back and why."""

    __tablename__ = "disclosure"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    participant_key: str
    consent_id: UUID | None = None
    recipient: str
    recipient_role: str
    # Empty only in records from before an office was required.
    recipient_org: str | None = None
    categories: list[str] = Field(sa_type=ARRAY(Text))
    purpose: str
    about: UUID | None = None
    suppressed: str | None = None
    decided_at: datetime = Field(sa_type=DateTime(timezone=True))

    @classmethod
    def of(cls, proposal: Proposal, decision: Clearance | Withheld, at: datetime) -> "Disclosure":
        cleared = decision if isinstance(decision, Clearance) else None
        withheld = decision if isinstance(decision, Withheld) else None
        return cls(
            id=decision.disclosure_id,
            site=proposal.site,
            participant_key=proposal.participant_key,
            consent_id=cleared.consent_id if cleared else None,
            recipient=proposal.recipient.name,
            recipient_role=proposal.recipient.role,
            recipient_org=proposal.recipient.org,
            categories=sorted(proposal.categories),
            purpose=proposal.purpose,
            about=proposal.about,
            suppressed=withheld.reason if withheld else None,
            decided_at=at,
        )

    def told(self) -> DisclosureMade | DisclosureSuppressed:
        """The fact for the participant's accounting, in casework."""
        values = {
            "site": self.site,
            "subject": self.participant_key,
            "occurred_at": self.decided_at,
            "disclosure_id": self.id,
            "recipient": f"{self.recipient_org}/{self.recipient_role}/{self.recipient}",
            "categories": tuple(self.categories),
            "purpose": self.purpose,
        }
        if self.suppressed is None:
            return DisclosureMade(**values, consent_id=self.consent_id)
        return DisclosureSuppressed(**values, reason=self.suppressed)


def decide(
    proposal: Proposal,
    grants: Iterable[ConsentGrant],
    revoked: frozenset[UUID],
    *,
    heard_at: datetime | None,
    now: datetime,
) -> Clearance | Withheld:
    """The gatekeeper's decision. `heard_at`: up to when casework's word on consents is known."""
    named = [grant for grant in grants if grant.names(proposal)]
    kept = [grant for grant in named if grant.consent_id not in revoked]
    covering = next((grant for grant in kept if grant.in_force(now)), None)
    if not all(may_be_told(category, proposal.recipient.role) for category in proposal.categories):
        return Withheld(new_id(), Withholding.FORBIDDEN)
    if heard_at is None or now - heard_at > CONSENT_BOUND:
        return Withheld(new_id(), Withholding.CONSENT_UNKNOWN)
    if covering is not None:
        return Clearance(new_id(), covering.consent_id)
    if kept:
        return Withheld(new_id(), Withholding.EXPIRED)
    return Withheld(new_id(), Withholding.REVOKED if named else Withholding.NO_CONSENT)
