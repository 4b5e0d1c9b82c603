"""Start, warn, review; extend and resolve are a prosecutor's."""

from uuid import UUID

from prosecution_hook.holds import repository
from prosecution_hook.holds.commands import ExtendHold, ResolveHold, StartHold
from prosecution_hook.holds.domain import ChargeHold, HoldExtension, HoldState, Prosecutor
from prosecution_hook.ledger import repository as ledger
from prosecution_hook.ledger.domain import Matter, MatterState, MatterStatus
from prosecution_hook.policy import repository as policies
from prosecution_hook.statutes.handlers import classify
from shared.database import Transaction, publish
from shared.errors import PreconditionFailed
from shared.events import ChargeHoldDeadlinePassed, ParticipantReferred
from shared.timers import clear_timer, set_timer

TIMER = "charge-hold"
ARREST_DIVERSION = "arrest_diversion"


async def start_hold(cmd: StartHold, tx: Transaction) -> None:
    """Only an arrest diversion has charges to hold; the other doors have none (domain.md 1.2)."""
    referral = cmd.referral
    if referral.referral_type != ARREST_DIVERSION or not referral.charges:
        return
    key = await repository.key_of_referral(tx, referral.referral_id, referral.subject)
    version, policy = await policies.current(tx, referral.site)
    hold = ChargeHold.start(referral, key, policy, version, tx.now)
    matter = _diverted(hold, referral)
    matter.charges = await classify(matter.charges, hold.site, referral.occurred_at, tx)
    tx.add_all((matter, hold))
    publish(tx, hold.started())
    await _wind(hold, tx)


def _diverted(hold: ChargeHold, referral: ParticipantReferred) -> Matter:
    incidents = [charge.incident_at for charge in referral.charges if charge.incident_at]
    return Matter(
        id=hold.matter_id,
        site=hold.site,
        participant_key=hold.participant_key,
        office=hold.office or referral.source_system,
        state=MatterState.DIVERTED,
        incident_number=referral.source_record_id,
        reported_by=referral.source_system,
        incident_at=min(incidents, default=None),
        filed_at=referral.occurred_at,
        received_at=referral.received_at,
        charges=[charge.model_dump(mode="json") for charge in referral.charges],
    )


async def _wind(hold: ChargeHold, tx: Transaction) -> None:
    """Set the hold's one timer to when its clock has something to do, or take it away."""
    moment = hold.next_tick()
    if moment is None:
        await clear_timer(tx, TIMER, str(hold.id))
    else:
        await set_timer(tx, TIMER, str(hold.id), moment)


async def tick(hold_id: UUID, tx: Transaction) -> ChargeHold | None:
    """The clock's turn. Returns the hold when its review was opened by it."""
    hold = await repository.lock_hold(tx, hold_id)
    if hold is None:
        return None
    events = list(hold.tick(tx.now))
    publish(tx, *events)
    await _wind(hold, tx)
    passed = any(isinstance(event, ChargeHoldDeadlinePassed) for event in events)
    return hold if passed else None


async def link_referral(tx: Transaction, referral_id: UUID, key: str) -> None:
    """Casework attached a referral to a file it had: its hold belongs to that file, whichever of
    the two messages comes first."""
    await repository.link_referral(tx, referral_id, key)
    hold = await repository.find_by_referral(tx, referral_id)
    if hold is not None:
        hold.participant_key = key
        matter = await ledger.lock_matter(tx, hold.matter_id)
        if matter is not None:
            matter.participant_key = key


async def extend_hold(cmd: ExtendHold, tx: Transaction) -> ChargeHold:
    by = Prosecutor.of(cmd.by)
    hold = await _edit(cmd, tx)
    before, until = hold.extend(cmd.until, tx.now)
    extension = HoldExtension(
        hold_id=hold.id,
        from_at=before,
        until_at=until,
        reason=cmd.reason,
        approved_by=cmd.approved_by or by.sub,
        recorded_by=by.sub,
        recorded_at=tx.now,
    )
    tx.add(extension)
    await _wind(hold, tx)
    return hold


async def resolve_hold(cmd: ResolveHold, tx: Transaction) -> ChargeHold:
    by = Prosecutor.of(cmd.by)
    hold = await _edit(cmd, tx)
    resolved = hold.resolve(cmd.resolution, cmd.reason, by, tx.now)
    if resolved is not None:
        publish(tx, resolved)
        await _wind(hold, tx)
        await _settle(hold, tx)
    return hold


async def _settle(hold: ChargeHold, tx: Transaction) -> None:
    """The diverted case in the ledger says what the prosecutor decided."""
    matter = await ledger.lock_matter(tx, hold.matter_id)
    if matter is not None:
        matter.decision = hold.state
        if hold.state != HoldState.FILED:
            matter.status = MatterStatus.DISPOSED


async def _edit(cmd: ExtendHold | ResolveHold, tx: Transaction) -> ChargeHold:
    hold = await repository.get_hold(tx, cmd.by, cmd.hold_id)
    if cmd.expected not in (None, hold.version):
        raise PreconditionFailed
    return hold
