"""Draft, sign, revoke, let expire; a release in force may complete the enrollment."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from casework.consents import repository
from casework.consents.commands import (
    ChangeDraft,
    DraftConsent,
    RevokeConsent,
    SignConsent,
    SignDraft,
    Terms,
)
from casework.consents.domain import ConsentDraft, SignedConsent, midnight
from casework.consents.errors import AnotherPersons
from casework.participants import handlers as participants
from casework.policies.repository import policy_at
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import WorkKind
from shared.database import Transaction, publish
from shared.events import ConsentsConfirmed
from shared.ids import new_id
from shared.timers import set_timer

COMES_INTO_FORCE = "consent-comes-into-force"
EXPIRY_NOTICE = "consent-expiry-notice"
EXPIRES = "consent-expires"
EVERY_SITE = "every-site"
_TERMS = TypeAdapter(Terms)


async def draft_consent(cmd: DraftConsent, tx: Transaction) -> ConsentDraft:
    file = await participants.edit_file(cmd.edit, tx)
    draft = ConsentDraft(
        participant_key=file.participant_key,
        site=file.site,
        terms=_stored(cmd.terms),
        written_by=cmd.edit.by,
        written_at=tx.now,
    )
    tx.add(draft)
    return draft


async def change_draft(cmd: ChangeDraft, tx: Transaction) -> ConsentDraft:
    draft = await repository.get_draft(tx, cmd.draft_id, cmd.edit.sites)
    draft.expect(cmd.edit.expected)
    draft.change(_stored(cmd.terms), cmd.edit.by, tx.now)
    return draft


async def sign_draft(cmd: SignDraft, tx: Transaction) -> SignedConsent:
    """The release keeps the draft's id: what was shown is what was signed."""
    draft = await repository.get_draft(tx, cmd.draft_id, cmd.edit.sites)
    draft.expect(cmd.edit.expected)
    edit = replace(cmd.edit, participant_key=draft.participant_key, expected=None)
    command = SignConsent(edit, terms_of(draft), cmd.signature, draft.id)
    await tx.delete(draft)
    return await sign_consent(command, tx)


def _stored(terms: Terms) -> dict[str, Any]:
    stored: dict[str, Any] = _TERMS.dump_python(terms, mode="json")
    return stored


def terms_of(draft: ConsentDraft) -> Terms:
    return _TERMS.validate_python(draft.terms)


async def sign_consent(cmd: SignConsent, tx: Transaction) -> SignedConsent:
    file = await participants.edit_file(cmd.edit, tx)
    terms = asdict(cmd.terms) | {"grants": [grant.model_dump() for grant in cmd.terms.grants]}
    consent = SignedConsent(
        **terms,
        id=cmd.draft_id or new_id(),
        participant_key=file.participant_key,
        site=file.site,
        signature_evidence=cmd.signature.evidence,
        signed_at=cmd.signature.signed_at,
        witness=cmd.signature.witness,
        copy_hash=cmd.signature.copy_hash,
        recorded_by=cmd.edit.by,
    )
    tx.add(consent)
    publish(tx, consent.signed())
    await _supersede(consent, tx)
    await tx.flush()
    await participants.enroll_when_ready(file, tx)
    await _set_clocks(consent, tx)
    return consent


async def _supersede(consent: SignedConsent, tx: Transaction) -> None:
    if consent.supersedes is None:
        return
    older = await repository.get_consent(tx, consent.supersedes, {consent.site})
    if older.participant_key != consent.participant_key:
        raise AnotherPersons
    publish(tx, older.supersede(tx.now))
    await _close_notice(older, consent.recorded_by, tx)


async def _set_clocks(consent: SignedConsent, tx: Transaction) -> None:
    begins = midnight(consent.effective_from, consent.site)
    if begins > tx.now:
        await set_timer(tx, COMES_INTO_FORCE, str(consent.id), begins)
    if consent.expires_on is not None:
        policy = await policy_at(tx, consent.site)
        notice = consent.ends_at - timedelta(days=policy.consent_notice_days)
        await set_timer(tx, EXPIRY_NOTICE, str(consent.id), max(notice, begins))
        await set_timer(tx, EXPIRES, str(consent.id), consent.ends_at)


async def revoke_consent(cmd: RevokeConsent, tx: Transaction) -> SignedConsent:
    """Always possible, also after exit: nobody may be held to a release."""
    consent = await repository.get_consent(tx, cmd.consent_id, cmd.sites)
    if revoked := consent.revoke(cmd.by, tx.now, cmd.channel):
        publish(tx, revoked)
        await _close_notice(consent, cmd.by, tx)
    return consent


async def notice_expiry(consent_id: UUID, tx: Transaction) -> None:
    """T10: the case manager talks with the participant before a release ends."""
    consent = await repository.find_consent(tx, consent_id)
    if consent is None or not consent.in_force(_today(tx, consent)):
        return
    item = OpenItem(
        consent.site,
        consent.participant_key,
        WorkKind.CONSENT_EXPIRING,
        consent.ends_at,
        reference=str(consent.id),
    )
    await work.open_item(item, tx)


async def expire_consent(consent_id: UUID, tx: Transaction) -> None:
    consent = await repository.find_consent_to_end(tx, consent_id)
    if consent is not None:
        consent.expire(tx.now)


async def _close_notice(consent: SignedConsent, by: str, tx: Transaction) -> None:
    key, kinds = consent.participant_key, (WorkKind.CONSENT_EXPIRING,)
    await work.close_items(CloseItems(key, kinds, by, reference=str(consent.id)), tx)


def _today(tx: Transaction, consent: SignedConsent) -> date:
    return repository.today_at(tx, consent.site)


def confirm_consents(every: timedelta, tx: Transaction) -> None:
    """Say that all there is to know about consents is on its way: silence means that it is not."""
    confirmed = ConsentsConfirmed(
        site=EVERY_SITE,
        subject="consents",
        occurred_at=tx.now,
        every_seconds=int(every.total_seconds()),
    )
    publish(tx, confirmed)
