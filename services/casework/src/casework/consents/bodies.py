"""What releases of information look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from casework.consents.commands import Signature, Terms
from casework.consents.domain import Category, Channel, ConsentState, mixes_legal_proceedings
from shared.dates import Day, Moment
from shared.edges import Body
from shared.events import GrantPart
from shared.text import ONE_LINE

Word = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]


class Recipient(Body):
    """Who may be told."""

    org: Text
    role: Text


class Grant(Body):
    """What that recipient may be told, and for which purposes."""

    recipient: Recipient
    categories: Annotated[list[Category], Field(min_length=1)]
    purposes: Annotated[list[Word], Field(min_length=1, max_length=20)]


class Expiry(Body):
    """The first day without the release."""

    on: Annotated[Day, Field(le=date(2200, 1, 1))]


class TermsBody(Body):
    """What a release says. `supersedes` names the release that it replaces when it is signed."""

    template_version: Text
    language: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    grants: Annotated[list[Grant], Field(min_length=1, max_length=50)]
    disclosers: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    effective_from: Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]
    expires: Expiry | None = None
    supersedes: UUID | None = None

    @model_validator(mode="after")
    def rules(self) -> Self:
        if self.expires and self.expires.on <= self.effective_from:
            raise PydanticCustomError("expires_too_early", "Expire after the first day in force.")
        if mixes_legal_proceedings([set(grant.purposes) for grant in self.grants]):
            hint = "Record a release for legal proceedings on its own."
            raise PydanticCustomError("combined_legal_proceedings", hint)
        return self

    def terms(self) -> Terms:
        return Terms(
            template_version=self.template_version,
            language=self.language,
            effective_from=self.effective_from,
            expires_on=self.expires.on if self.expires else None,
            grants=tuple(_part(grant) for grant in self.grants),
            disclosers=self.disclosers,
            supersedes=self.supersedes,
        )


def _part(grant: Grant) -> GrantPart:
    return GrantPart(
        recipient_org=grant.recipient.org,
        recipient_role=grant.recipient.role,
        categories=tuple(grant.categories),
        purposes=tuple(grant.purposes),
    )


class SignatureBody(Body):
    """How it was signed."""

    signed_at: Moment
    signature_evidence: Text
    witness: Text | None = None
    # SHA-256 of the copy that the participant was given.
    copy_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None

    def signature(self) -> Signature:
        return Signature(self.signed_at, self.signature_evidence, self.witness, self.copy_hash)


class ConsentBody(SignatureBody, TermsBody):
    """A release of information as it was signed."""


class RevocationBody(Body):
    """How the participant said so."""

    channel: Channel | None = None


class ConsentAnswer(BaseModel):
    """A release of information, without what it covers."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    state: ConsentState
    template_version: str
    signed_at: datetime
    effective_from: date
    expires_on: date | None
    supersedes: UUID | None
    ended_at: datetime | None
    revoked_at: datetime | None


class ConsentContent(ConsentAnswer):
    """A release with what it covers."""

    language: str
    grants: list[GrantPart]
    disclosers: list[str]
    recorded_by: str
    revocation_channel: str | None


class DraftAnswer(BaseModel):
    """What is to be signed."""

    id: UUID
    participant_key: str
    state: ConsentState = ConsentState.DRAFT
    version: int
    template_version: str
    language: str
    effective_from: date
    expires_on: date | None
    supersedes: UUID | None
    grants: list[GrantPart]
