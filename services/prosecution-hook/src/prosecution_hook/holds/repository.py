"""Every query about holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from prosecution_hook.holds.domain import ChargeHold, HoldExtension, IntakeNote, ReferralLink
from prosecution_hook.holds.errors import NoSuchHold
from prosecution_hook.offices import OfficeCaller, of_their_offices
from shared.database import Transaction


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of the list."""

    states: Collection[str]
    limit: int
    after: UUID | None = None


def _seen_by(caller: OfficeCaller) -> SelectOfScalar[ChargeHold]:
    """A held charge is the record of its office. One that began before the site's policy named an
    office belongs to the office that the policy names now."""
    theirs = of_their_offices(caller, col(ChargeHold.site), col(ChargeHold.office))
    unnamed = and_(col(ChargeHold.office).is_(None), col(ChargeHold.site).in_(caller.diverting))
    return select(ChargeHold).where(or_(theirs, unnamed))


async def list_holds(tx: Transaction, caller: OfficeCaller, span: Span) -> Sequence[ChargeHold]:
    """Oldest first, so that new ones never shift a page."""
    query = _seen_by(caller).where(col(ChargeHold.state).in_(span.states))
    if span.after is not None:
        query = query.where(col(ChargeHold.id) > span.after)
    return (await tx.exec(query.order_by(col(ChargeHold.id)).limit(span.limit))).all()


async def get_hold(tx: Transaction, caller: OfficeCaller, hold_id: UUID) -> ChargeHold:
    """Locked. Raises NoSuchHold."""
    query = _seen_by(caller).where(ChargeHold.id == hold_id).with_for_update()
    hold = (await tx.exec(query)).first()
    if hold is None:
        raise NoSuchHold
    return hold


async def lock_hold(tx: Transaction, hold_id: UUID) -> ChargeHold | None:
    return await tx.get(ChargeHold, hold_id, with_for_update=True)


async def find_by_referral(tx: Transaction, referral_id: UUID) -> ChargeHold | None:
    query = select(ChargeHold).where(ChargeHold.referral_id == referral_id).with_for_update()
    return (await tx.exec(query)).first()


async def list_extensions(tx: Transaction, hold_id: UUID) -> Sequence[HoldExtension]:
    query = (
        select(HoldExtension)
        .where(HoldExtension.hold_id == hold_id)
        .order_by(col(HoldExtension.id))
    )
    return (await tx.exec(query)).all()


async def link_referral(tx: Transaction, referral_id: UUID, participant_key: str) -> None:
    link = {"referral_id": referral_id, "participant_key": participant_key}
    await tx.exec(insert(ReferralLink).values(link).on_conflict_do_nothing())


async def key_of_referral(tx: Transaction, referral_id: UUID, otherwise: str) -> str:
    link = await tx.get(ReferralLink, referral_id)
    return link.participant_key if link else otherwise


async def note_intake(tx: Transaction, participant_key: str, at: datetime) -> None:
    note = {"participant_key": participant_key, "completed_at": at}
    await tx.exec(insert(IntakeNote).values(note).on_conflict_do_nothing())


async def intake_of(tx: Transaction, participant_key: str) -> datetime | None:
    note = await tx.get(IntakeNote, participant_key)
    return note.completed_at if note else None
