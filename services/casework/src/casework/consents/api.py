"""Releases of information over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from casework.consents import handlers, repository
from casework.consents.bodies import (
    ConsentAnswer,
    ConsentBody,
    ConsentContent,
    DraftAnswer,
    RevocationBody,
    SignatureBody,
    TermsBody,
)
from casework.consents.commands import (
    ChangeDraft,
    DraftConsent,
    RevokeConsent,
    SignConsent,
    SignDraft,
)
from casework.consents.domain import ConsentDraft, SignedConsent
from casework.edges import Key, edit_by, refuse_future
from casework.participants import repository as files
from casework.participants.commands import Edit
from shared.callers import Caller, require
from shared.edges import Expected, etag
from shared.idempotency import IdempotentRoute, Tx

router = APIRouter(prefix="/v1", tags=["consents"], route_class=IdempotentRoute)

Staff = Annotated[Caller, Depends(require("case-manager", "supervisor"))]
Revoker = Annotated[Caller, Depends(require("case-manager", "supervisor", "privacy-officer"))]


@router.post("/participants/{key}/consents", status_code=201, summary="Record a signed release")
async def sign_consent(
    key: Key, body: ConsentBody, caller: Staff, expected: Expected, tx: Tx
) -> ConsentAnswer:
    refuse_future("/signed_at", body.signed_at, tx.now)
    edit = edit_by(caller, key, expected)
    command = SignConsent(edit, body.terms(), body.signature())
    return ConsentAnswer.model_validate(await handlers.sign_consent(command, tx))


@router.get("/participants/{key}/consents", summary="Releases and drafts, the latest first")
async def list_consents(key: Key, caller: Revoker, tx: Tx) -> list[ConsentContent | DraftAnswer]:
    await files.get_file(tx, key, caller.sites)
    drafts = [_draft(draft) for draft in await repository.list_drafts(tx, key)]
    signed = [_content(consent) for consent in await repository.list_consents(tx, key)]
    return [*drafts, *signed]


@router.get("/consents/{consent_id}", summary="One release, with what it covers")
async def show_consent(consent_id: UUID, caller: Revoker, tx: Tx) -> ConsentContent:
    return _content(await repository.get_consent(tx, consent_id, caller.sites))


@router.post("/consents/{consent_id}/revocation", summary="Take a release back, at once")
async def revoke_consent(
    consent_id: UUID, caller: Revoker, tx: Tx, body: RevocationBody | None = None
) -> ConsentAnswer:
    channel = body.channel if body else None
    command = RevokeConsent(consent_id, caller.sub, caller.sites, channel)
    return ConsentAnswer.model_validate(await handlers.revoke_consent(command, tx))


@router.post(
    "/participants/{key}/consents/drafts", status_code=201, summary="Write what is to be signed"
)
async def draft_consent(
    key: Key, body: TermsBody, caller: Staff, expected: Expected, tx: Tx, response: Response
) -> DraftAnswer:
    command = DraftConsent(edit_by(caller, key, expected), body.terms())
    return _with_etag(await handlers.draft_consent(command, tx), response)


@router.get("/consents/drafts/{draft_id}", summary="What is to be signed")
async def show_draft(draft_id: UUID, caller: Staff, tx: Tx, response: Response) -> DraftAnswer:
    return _with_etag(await repository.get_draft(tx, draft_id, caller.sites), response)


@router.put("/consents/drafts/{draft_id}", summary="Change what is to be signed")
async def change_draft(
    draft_id: UUID, body: TermsBody, caller: Staff, expected: Expected, tx: Tx, response: Response
) -> DraftAnswer:
    edit = Edit("", caller.sub, caller.sites, expected)
    return _with_etag(
        await handlers.change_draft(ChangeDraft(draft_id, edit, body.terms()), tx), response
    )


@router.post("/consents/drafts/{draft_id}/signature", status_code=201, summary="It was signed")
async def sign_draft(
    draft_id: UUID, body: SignatureBody, caller: Staff, expected: Expected, tx: Tx
) -> ConsentAnswer:
    """`If-Match` with the draft's version: what was shown is what was signed."""
    refuse_future("/signed_at", body.signed_at, tx.now)
    edit = Edit("", caller.sub, caller.sites, expected)
    command = SignDraft(draft_id, edit, body.signature())
    return ConsentAnswer.model_validate(await handlers.sign_draft(command, tx))


def _content(consent: SignedConsent) -> ConsentContent:
    return ConsentContent.model_validate(consent)


def _with_etag(draft: ConsentDraft, response: Response) -> DraftAnswer:
    response.headers.update(etag(draft.version))
    return _draft(draft)


def _draft(draft: ConsentDraft) -> DraftAnswer:
    terms = handlers.terms_of(draft)
    return DraftAnswer(
        id=draft.id,
        participant_key=draft.participant_key,
        version=draft.version,
        template_version=terms.template_version,
        language=terms.language,
        effective_from=terms.effective_from,
        expires_on=terms.expires_on,
        grants=list(terms.grants),
        supersedes=terms.supersedes,
    )
