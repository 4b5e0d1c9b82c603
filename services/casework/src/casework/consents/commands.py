"""What casework can be asked to do with releases of information."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casework.consents.domain import Channel
from casework.participants.commands import Edit
from shared.events import GrantPart


@dataclass(frozen=True, slots=True)
class Terms:
    """What a release says, signed or not: who may be told what, for which purpose, until when."""

    template_version: str
    language: str
    effective_from: date
    expires_on: date | None
    grants: tuple[GrantPart, ...]
    disclosers: tuple[str, ...] = ()
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """How it was signed; `copy_hash` is the SHA-256 of the copy that the participant was given."""

    signed_at: datetime
    evidence: str
    witness: str | None = None
    copy_hash: str | None = None


@dataclass(frozen=True, slots=True)
class SignConsent:
    """Record a release of information that the participant signed."""

    edit: Edit
    terms: Terms
    signature: Signature
    draft_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DraftConsent:
    """Write down what is to be signed; nobody may be told anything by it."""

    edit: Edit
    terms: Terms


@dataclass(frozen=True, slots=True)
class ChangeDraft:
    """Change what is to be signed."""

    draft_id: UUID
    edit: Edit
    terms: Terms


@dataclass(frozen=True, slots=True)
class SignDraft:
    """The participant signed what was drafted, at the version that they were shown."""

    draft_id: UUID
    edit: Edit
    signature: Signature


@dataclass(frozen=True, slots=True)
class RevokeConsent:
    """Record that the participant took it back, and how they said so."""

    consent_id: UUID
    by: str
    sites: frozenset[str]
    channel: Channel | None = None
