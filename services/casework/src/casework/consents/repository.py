"""Every query about releases of information."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from casework.consents.domain import ConsentDraft, SignedConsent
from casework.consents.errors import AlreadySigned, NoSuchConsent
from shared.database import Transaction
from shared.sites import zone_of


async def find_consent(tx: Transaction, consent_id: UUID) -> SignedConsent | None:
    return await tx.get(SignedConsent, consent_id)


async def find_consent_to_end(tx: Transaction, consent_id: UUID) -> SignedConsent | None:
    return await tx.get(SignedConsent, consent_id, with_for_update=True)


async def get_consent(tx: Transaction, consent_id: UUID, sites: Collection[str]) -> SignedConsent:
    """Locked for a change. Another site's release does not exist for this caller (R-32)."""
    consent = await find_consent_to_end(tx, consent_id)
    if consent is None or consent.site not in sites:
        raise NoSuchConsent
    return consent


async def get_draft(tx: Transaction, draft_id: UUID, sites: Collection[str]) -> ConsentDraft:
    """Locked for a change. Raises AlreadySigned for one that was signed meanwhile."""
    draft = await tx.get(ConsentDraft, draft_id, with_for_update=True)
    if draft is not None and draft.site in sites:
        return draft
    signed = await find_consent(tx, draft_id)
    raise AlreadySigned if signed is not None and signed.site in sites else NoSuchConsent


async def list_consents(tx: Transaction, participant_key: str) -> Sequence[SignedConsent]:
    """All that were ever signed, the latest first."""
    statement = select(SignedConsent).where(SignedConsent.participant_key == participant_key)
    return (await tx.exec(statement.order_by(col(SignedConsent.id).desc()))).all()


async def list_drafts(tx: Transaction, participant_key: str) -> Sequence[ConsentDraft]:
    statement = select(ConsentDraft).where(ConsentDraft.participant_key == participant_key)
    return (await tx.exec(statement.order_by(col(ConsentDraft.id).desc()))).all()


def today_at(tx: Transaction, site: str) -> date:
    """Days begin where the site is."""
    return tx.now.astimezone(zone_of(site)).date()


async def list_in_force(
    tx: Transaction, participant_key: str, site: str
) -> Sequence[SignedConsent]:
    today = today_at(tx, site)
    return [c for c in await list_consents(tx, participant_key) if c.in_force(today)]


async def has_consent_in_force(tx: Transaction, participant_key: str, site: str) -> bool:
    return bool(await list_in_force(tx, participant_key, site))
