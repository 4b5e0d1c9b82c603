"""Every query about releases of information."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import select

from casework.consents.domain import SignedConsent
from casework.consents.errors import NoSuchConsent
from shared.database import Transaction
from shared.sites import zone_of


async def find_consent(tx: Transaction, consent_id: UUID) -> SignedConsent | None:
    return await tx.get(SignedConsent, consent_id)


async def get_consent(tx: Transaction, consent_id: UUID, sites: Collection[str]) -> SignedConsent:
    consent = await tx.get(SignedConsent, consent_id, with_for_update=True)
    if consent is None or consent.site not in sites:
        raise NoSuchConsent
    return consent


async def list_in_force(
    tx: Transaction, participant_key: str, site: str
) -> Sequence[SignedConsent]:
    """Days begin where the site is."""
    today = tx.now.astimezone(zone_of(site)).date()
    statement = select(SignedConsent).where(SignedConsent.participant_key == participant_key)
    return [consent for consent in await tx.exec(statement) if consent.in_force(today)]


async def has_consent_in_force(tx: Transaction, participant_key: str, site: str) -> bool:
    return bool(await list_in_force(tx, participant_key, site))
