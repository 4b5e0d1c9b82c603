"""Sign, revoke; a release in force may complete the enrollment."""

from datetime import datetime, time, timedelta

from casework.consents import repository
from casework.consents.commands import RevokeConsent, SignConsent
from casework.consents.domain import SignedConsent
from casework.participants import handlers as participants
from shared.database import Transaction, publish
from shared.events import ConsentsConfirmed
from shared.sites import zone_of
from shared.timers import set_timer

COMES_INTO_FORCE = "consent-comes-into-force"
EVERY_SITE = "every-site"


async def sign_consent(cmd: SignConsent, tx: Transaction) -> SignedConsent:
    file = await participants.edit_file(cmd.edit, tx)
    consent = SignedConsent(
        participant_key=file.participant_key,
        site=file.site,
        template_version=cmd.template_version,
        language=cmd.language,
        signature_evidence=cmd.signature_evidence,
        grants=[grant.model_dump() for grant in cmd.grants],
        signed_at=cmd.signed_at,
        effective_from=cmd.effective_from,
        expires_on=cmd.expires_on,
        recorded_by=cmd.edit.by,
    )
    tx.add(consent)
    publish(tx, consent.signed())
    await tx.flush()
    await participants.enroll_when_ready(file, tx)
    await _wait_for_its_day(consent, tx)
    return consent


async def _wait_for_its_day(consent: SignedConsent, tx: Transaction) -> None:
    day = datetime.combine(consent.effective_from, time(), zone_of(consent.site))
    if day > tx.now:
        await set_timer(tx, COMES_INTO_FORCE, str(consent.id), day)


async def revoke_consent(cmd: RevokeConsent, tx: Transaction) -> SignedConsent:
    """Always possible, also after exit: nobody may be held to a release."""
    consent = await repository.get_consent(tx, cmd.consent_id, cmd.sites)
    if revoked := consent.revoke(cmd.by, tx.now):
        publish(tx, revoked)
    return consent


def confirm_consents(every: timedelta, tx: Transaction) -> None:
    """Say that all there is to know about consents is on its way: silence means that it is not."""
    confirmed = ConsentsConfirmed(
        site=EVERY_SITE,
        subject="consents",
        occurred_at=tx.now,
        every_seconds=int(every.total_seconds()),
    )
    publish(tx, confirmed)
