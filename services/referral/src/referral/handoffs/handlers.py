"""How a handoff goes on."""

from datetime import datetime, timedelta
from uuid import UUID

from referral.criteria.repository import get_criteria
from referral.followers.handlers import tell_follower
from referral.handoffs import repository
from referral.handoffs.commands import TakeStep
from referral.handoffs.domain import Handoff, Step
from referral.handoffs.errors import HandoffOutOfOrder
from referral.referrals.domain import Referral, ReferralState
from referral.referrals.handlers import get_for_step
from referral.referrals.repository import get_referral
from shared.database import Transaction, publish
from shared.errors import FieldError, Invalid
from shared.reports import SKEW
from shared.sealing import DataClass
from shared.timers import clear_timer, set_timer

CLOCK = "handoff"
LATE = "late"


async def take_step(command: TakeStep, tx: Transaction) -> tuple[Referral, Handoff]:
    """The same step again changes nothing."""
    referral = await get_for_step(command, tx)
    at = _when(command.at, referral, tx)
    handoff = await repository.find_handoff(tx, referral.id)
    if handoff is None:
        handoff = await _call(command, referral, at, tx)
    elif handoff.has_taken(command.step):
        return referral, handoff
    else:
        await _go_on(command, referral, handoff, tx)
    if command.meeting_place:
        record, place = str(referral.id), command.meeting_place.encode()
        handoff.meeting_place = tx.ring.seal(DataClass.IDENTITY, record, place)
    await tell_follower(referral, handoff, command.step, tx)
    return referral, handoff


def _when(at: datetime | None, referral: Referral, tx: Transaction) -> datetime:
    if at is not None and (at > tx.now + SKEW or at < referral.occurred_at):
        hint = "Give a time after what happened, and not in the future."
        raise Invalid(errors=(FieldError("/at", "time_not_plausible", hint),))
    return at or tx.now


async def _call(command: TakeStep, referral: Referral, at: datetime, tx: Transaction) -> Handoff:
    if command.step is not Step.CALLED:
        raise HandoffOutOfOrder
    criteria = await get_criteria(tx, referral.site, referral.criteria_version)
    minutes = criteria.content.handoff_minutes
    handoff = Handoff.called(referral, command.by.sub, at, minutes)
    tx.add(handoff)
    await set_timer(tx, CLOCK, str(referral.id), handoff.due_at)
    publish(tx, handoff.started(referral))
    return handoff


async def _go_on(command: TakeStep, referral: Referral, handoff: Handoff, tx: Transaction) -> None:
    at = command.at or tx.now
    referral.require_handoff()
    if command.step is Step.DISPATCHED:
        eta = tx.now + timedelta(minutes=command.eta_minutes) if command.eta_minutes else None
        handoff.dispatch(at, eta, command.case_manager)
    elif command.step is Step.ARRIVED:
        handoff.arrive(at)
        await clear_timer(tx, CLOCK, str(referral.id))
    else:
        publish(tx, handoff.complete(referral, command.step, at))


async def note_late(referral_id: UUID, tx: Transaction) -> None:
    """Nobody came in the site's minutes: the desk sees it first, and the officer is told."""
    referral = await get_referral(tx, referral_id, to_change=True)
    handoff = await repository.find_handoff(tx, referral_id)
    if handoff is None or referral.state != ReferralState.HANDOFF_PENDING:
        return
    if handoff.run_late(tx.now):
        await tell_follower(referral, handoff, LATE, tx)
