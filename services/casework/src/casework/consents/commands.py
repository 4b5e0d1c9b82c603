"""What casework can be asked to do with releases of information."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casework.participants.commands import Edit
from shared.events import GrantPart


@dataclass(frozen=True, slots=True)
class SignConsent:
    """Record a release of information that the participant signed."""

    edit: Edit
    template_version: str
    language: str
    signature_evidence: str
    signed_at: datetime
    effective_from: date
    expires_on: date | None
    grants: tuple[GrantPart, ...]


@dataclass(frozen=True, slots=True)
class RevokeConsent:
    """Record that the participant took it back."""

    consent_id: UUID
    by: str
    sites: frozenset[str]
