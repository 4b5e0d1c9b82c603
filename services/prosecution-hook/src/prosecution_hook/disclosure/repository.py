"""Every query about consents and disclosures."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from prosecution_hook.disclosure.domain import ConsentGrant, ConsentRevocation, Disclosure
from shared.database import Transaction

_HEARD = """
INSERT INTO consent_word (only_row, heard_at) VALUES (true, $1)
ON CONFLICT (only_row) DO UPDATE SET heard_at = greatest(consent_word.heard_at, $1)"""


async def heard(tx: Transaction, at: datetime) -> None:
    """Casework's word on consents is known up to here; an older word changes nothing."""
    await tx.raw.execute(_HEARD, at)


async def heard_at(tx: Transaction) -> datetime | None:
    found: datetime | None = await tx.raw.fetchval("SELECT heard_at FROM consent_word")
    return found


async def add_grant(tx: Transaction, grant: ConsentGrant) -> None:
    tx.add(grant)


async def add_revocation(tx: Transaction, revocation: ConsentRevocation) -> None:
    values = revocation.model_dump()
    await tx.exec(insert(ConsentRevocation).values(values).on_conflict_do_nothing())


async def withdraw_revocation(tx: Transaction, consent_id: UUID) -> None:
    """It was recorded in error."""
    await tx.raw.execute("DELETE FROM consent_revocation WHERE consent_id = $1", consent_id)


async def list_grants(
    tx: Transaction, participant_key: str, sites: Collection[str]
) -> Sequence[ConsentGrant]:
    """Every grant, those of revoked consents too."""
    query = (
        select(ConsentGrant)
        .where(ConsentGrant.participant_key == participant_key)
        .where(col(ConsentGrant.site).in_(sites))
    )
    return (await tx.exec(query)).all()


async def revoked_among(tx: Transaction, grants: Sequence[ConsentGrant]) -> frozenset[UUID]:
    ids = {grant.consent_id for grant in grants}
    query = select(ConsentRevocation.consent_id).where(col(ConsentRevocation.consent_id).in_(ids))
    return frozenset((await tx.exec(query)).all())


def add_disclosure(tx: Transaction, disclosure: Disclosure) -> None:
    tx.add(disclosure)
