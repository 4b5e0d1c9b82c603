"""Releases of information over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from casework.consents import handlers
from casework.consents.commands import RevokeConsent, SignConsent
from casework.consents.domain import Category, mixes_legal_proceedings
from casework.edges import Body, Expected, Key, edit_by, refuse_future
from shared.callers import Caller, require
from shared.events import GrantPart
from shared.idempotency import IdempotentRoute, Tx

router = APIRouter(prefix="/v1", tags=["consents"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Revoker = Annotated[Caller, Depends(require("case-manager", "supervisor", "privacy-officer"))]
Word = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


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

    on: date


class ConsentBody(Body):
    """A release of information as it was signed."""

    template_version: Text
    signed_at: AwareDatetime
    language: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    signature_evidence: Text
    grants: Annotated[list[Grant], Field(min_length=1, max_length=50)]
    effective_from: date
    expires: Expiry | None = None

    @model_validator(mode="after")
    def rules(self) -> "ConsentBody":
        if self.expires and self.expires.on <= self.effective_from:
            raise PydanticCustomError("expires_too_early", "Expire after the first day in force.")
        if mixes_legal_proceedings([set(grant.purposes) for grant in self.grants]):
            hint = "Record a release for legal proceedings on its own."
            raise PydanticCustomError("combined_legal_proceedings", hint)
        return self


class ConsentAnswer(BaseModel):
    """A release of information, without what it covers."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    participant_key: str
    template_version: str
    signed_at: datetime
    effective_from: date
    expires_on: date | None
    revoked_at: datetime | None


@router.post("/participants/{key}/consents", status_code=201, summary="Record a signed release")
async def sign_consent(
    key: Key, body: ConsentBody, caller: Staff, expected: Expected, tx: Tx
) -> ConsentAnswer:
    refuse_future("/signed_at", body.signed_at, tx.now)
    command = SignConsent(
        edit=edit_by(caller, key, expected),
        **body.model_dump(exclude={"grants", "expires"}),
        expires_on=body.expires.on if body.expires else None,
        grants=tuple(_part(grant) for grant in body.grants),
    )
    return ConsentAnswer.model_validate(await handlers.sign_consent(command, tx))


def _part(grant: Grant) -> GrantPart:
    return GrantPart(
        recipient_org=grant.recipient.org,
        recipient_role=grant.recipient.role,
        categories=tuple(grant.categories),
        purposes=tuple(grant.purposes),
    )


@router.post("/consents/{consent_id}/revocation", summary="Take a release back, at once")
async def revoke_consent(consent_id: UUID, caller: Revoker, tx: Tx) -> ConsentAnswer:
    command = RevokeConsent(consent_id, caller.sub, caller.sites)
    return ConsentAnswer.model_validate(await handlers.revoke_consent(command, tx))
