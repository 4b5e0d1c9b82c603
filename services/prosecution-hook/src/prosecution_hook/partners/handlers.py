"""Approve, open in an emergency, review, withdraw; and the question everybody asks first."""

from datetime import datetime

import structlog

from prosecution_hook.partners import repository
from prosecution_hook.partners.domain import Partner
from prosecution_hook.partners.errors import NothingToReview, PartnerNotApproved
from shared.database import Transaction

log = structlog.get_logger()


async def may_be_told(site: str, org: str, categories: tuple[str, ...], tx: Transaction) -> bool:
    """Whether an approved entry of the partner covers all of this now."""
    entries = await repository.entries_of(tx, site, org)
    return any(entry.may_be_told(categories, tx.now) for entry in entries)


async def require_approved(site: str, org: str, tx: Transaction) -> None:
    """Raises PartnerNotApproved."""
    if not any(entry.approved(tx.now) for entry in await repository.entries_of(tx, site, org)):
        raise PartnerNotApproved


async def enter(partner: Partner, tx: Transaction) -> Partner:
    """Emergency access is told at once and stays on the list until somebody has reviewed it."""
    tx.add(partner)
    if partner.break_glass:
        log.warning("partners.break_glass", partner=str(partner.id), site=partner.site)
    return partner


def review(partner: Partner, by: str, at: datetime) -> Partner:
    """Raises NothingToReview."""
    if not partner.break_glass or partner.reviewed_at is not None:
        raise NothingToReview
    partner.reviewed_by, partner.reviewed_at = by, at
    return partner


def withdraw(partner: Partner, at: datetime) -> Partner:
    """At once and for good; queued messages are then withheld."""
    partner.withdrawn_at = partner.withdrawn_at or at
    return partner
