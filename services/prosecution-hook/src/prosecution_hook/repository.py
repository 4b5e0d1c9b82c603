"""Every query of prosecution-hook."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select

from prosecution_hook.domain import (
    ConsentGrant,
    ConsentRevocation,
    LedgerDisclosure,
    LedgerEntry,
)
from shared.database import Transaction


async def add_entry(tx: Transaction, entry: LedgerEntry) -> None:
    await _add_once(tx, entry)


async def add_grant(tx: Transaction, grant: ConsentGrant) -> None:
    tx.add(grant)


async def add_revocation(tx: Transaction, revocation: ConsentRevocation) -> None:
    await _add_once(tx, revocation)


def add_disclosure(tx: Transaction, disclosure: LedgerDisclosure) -> None:
    tx.add(disclosure)


async def list_grants(
    tx: Transaction, participant_key: str, sites: Sequence[str]
) -> Sequence[ConsentGrant]:
    """The grants of consents that were not revoked."""
    revoked = select(ConsentRevocation.consent_id)
    query = (
        select(ConsentGrant)
        .where(ConsentGrant.participant_key == participant_key)
        .where(col(ConsentGrant.site).in_(sites))
        .where(col(ConsentGrant.consent_id).not_in(revoked))
    )
    return (await tx.exec(query)).all()


async def list_entries(tx: Transaction, participant_key: str, site: str) -> Sequence[LedgerEntry]:
    """The newest filing first."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.participant_key == participant_key, LedgerEntry.site == site)
        .order_by(col(LedgerEntry.filed_at).desc(), col(LedgerEntry.id).desc())
    )
    return (await tx.exec(query)).all()


async def _add_once(tx: Transaction, row: SQLModel) -> None:
    await tx.exec(insert(type(row)).values(row.model_dump()).on_conflict_do_nothing())
