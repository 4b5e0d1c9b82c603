"""Approve, open in an emergency, review, withdraw; and the question everybody asks first."""

from uuid import UUID

import structlog

from prosecution_hook.offices import OfficeCaller, offices_of
from prosecution_hook.partners import repository
from prosecution_hook.partners.domain import NoticeKind, Partner, PartnerNotice
from prosecution_hook.partners.errors import NothingToReview, OfficeNotApproved, PartnerNotApproved
from prosecution_hook.policy import repository as policies
from prosecution_hook.telling import ENGAGEMENT
from shared.callers import Caller
from shared.database import Transaction, publish
from shared.timers import clear_timer, set_timer

BREAK_GLASS = "break-glass"

log = structlog.get_logger()


async def may_be_told(site: str, org: str, categories: tuple[str, ...], tx: Transaction) -> bool:
    """Whether an approved entry of the partner covers all of this now."""
    entries = await repository.entries_of(tx, site, org)
    return any(entry.may_be_told(categories, tx.now) for entry in entries)


async def require_approved(site: str, org: str, tx: Transaction) -> None:
    """Raises PartnerNotApproved."""
    if not any(entry.approved(tx.now) for entry in await repository.entries_of(tx, site, org)):
        raise PartnerNotApproved


async def admit(caller: Caller, tx: Transaction) -> OfficeCaller:
    """The caller, at those of their sites where an office of theirs is known and approved.

    Raises OfficeNotApproved.
    """
    offices, diverting = dict[str, frozenset[str]](), set[str]()
    for site in sorted(caller.sites):
        _, policy = await policies.current(tx, site)
        theirs = offices_of(caller, policy)
        if theirs and theirs <= await _approved_at(site, tx):
            offices[site] = theirs
            diverting |= {site} if policy.diversion_office in theirs else set()
    if not offices:
        raise OfficeNotApproved
    return OfficeCaller.of(caller, offices, frozenset(diverting))


async def _approved_at(site: str, tx: Transaction) -> set[str]:
    entries = await repository.list_partners(tx, (site,))
    return {entry.org for entry in entries if entry.may_be_told((ENGAGEMENT,), tx.now)}


async def enter(partner: Partner, tx: Transaction) -> Partner:
    """Emergency access is told at once and stays on the list until somebody has reviewed it."""
    tx.add(partner)
    if partner.break_glass and partner.expires_at is not None:
        await tx.flush()
        _tell(partner, NoticeKind.BREAK_GLASS_OPENED, tx)
        await set_timer(tx, BREAK_GLASS, str(partner.id), partner.expires_at)
        log.warning("partners.break_glass", partner=str(partner.id), site=partner.site)
    return partner


async def end_emergency(partner_id: UUID, tx: Transaction) -> None:
    """Its hours are over. It counts no more by itself; this tells the privacy officer so."""
    partner = await repository.lock_partner(tx, partner_id)
    if partner is not None and partner.withdrawn_at is None:
        _tell(partner, NoticeKind.BREAK_GLASS_ENDED, tx)


def _tell(partner: Partner, kind: NoticeKind, tx: Transaction) -> None:
    """On the list that the privacy officer reads, and to the notifier, which goes and tells."""
    tx.add(PartnerNotice.of(partner, kind, tx.now))
    publish(tx, partner.emergency(kind.change, tx.now))


def review(partner: Partner, by: str, tx: Transaction) -> Partner:
    """Raises NothingToReview."""
    if not partner.break_glass or partner.reviewed_at is not None:
        raise NothingToReview
    partner.reviewed_by, partner.reviewed_at = by, tx.now
    publish(tx, partner.emergency("reviewed", tx.now))
    return partner


async def withdraw(partner: Partner, tx: Transaction) -> Partner:
    """At once and for good; queued messages are then withheld."""
    if partner.break_glass and partner.approved(tx.now):
        await clear_timer(tx, BREAK_GLASS, str(partner.id))
        _tell(partner, NoticeKind.BREAK_GLASS_ENDED, tx)
    partner.withdrawn_at = partner.withdrawn_at or tx.now
    return partner
