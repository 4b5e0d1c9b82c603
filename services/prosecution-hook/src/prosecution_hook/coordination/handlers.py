"""Open, ask, show under consent, decide."""

from prosecution_hook.coordination import repository
from prosecution_hook.coordination.commands import DecideItem
from prosecution_hook.coordination.domain import (
    Concerning,
    Coordination,
    CoordinationReply,
    ItemState,
)
from prosecution_hook.coordination.errors import NoSuchItem
from prosecution_hook.disclosure.domain import Clearance, Proposal, Recipient
from prosecution_hook.disclosure.handlers import cover, disclose
from prosecution_hook.holds.domain import ChargeHold
from prosecution_hook.ledger import repository as ledger
from prosecution_hook.ledger.domain import (
    CHARGES,
    Alignment,
    LedgerEntry,
    Matter,
    MatterState,
    MatterStatus,
)
from prosecution_hook.policy import repository as policies
from prosecution_hook.telling import ENGAGEMENT, LIAISON, covered, proposals_to
from shared.database import Transaction, publish
from shared.errors import PreconditionFailed
from shared.events import ContactType, CoordinationReplied

OVER = (MatterStatus.DISPOSED, MatterStatus.QUASHED)


async def follow(matter: Matter, entry: LedgerEntry, tx: Transaction) -> None:
    """What a new report means: a question to ask, a sooner due time, or nothing left to ask."""
    items = await repository.list_of_matter(tx, matter.id)
    if matter.status in OVER:
        await withdraw(matter, tx)
        return
    concerning = _question(matter, entry)
    if concerning and all(item.concerning != concerning for item in items):
        await _open(matter, concerning, tx)
        return
    _, policy = await policies.current(tx, matter.site)
    for item in items:
        item.hurry(matter, policy, tx.now)


def _question(matter: Matter, entry: LedgerEntry) -> Concerning | None:
    """A diverted charge is its hold's: it is asked about when the hold is reviewed."""
    if entry.kind == ContactType.WARRANT_ISSUED:
        return Concerning.WARRANT
    if entry.kind in CHARGES and matter.state != MatterState.DIVERTED:
        return Concerning.NEW_CHARGE
    return None


async def review_hold(hold: ChargeHold, tx: Transaction) -> None:
    """The deadline of a hold passed: people look at it. Nothing is decided by its passing."""
    matter = await ledger.lock_matter(tx, hold.matter_id)
    if matter is not None:
        await _open(matter, Concerning.HOLD_REVIEW, tx, hold)


async def _open(
    matter: Matter, concerning: Concerning, tx: Transaction, hold: ChargeHold | None = None
) -> None:
    known = await repository.list_of_matter(tx, matter.id)
    if any(i.concerning == concerning and i.state == ItemState.OPEN for i in known):
        return
    _, policy = await policies.current(tx, matter.site)
    item = Coordination.open(matter, concerning, policy, tx.now)
    item.hold_id = hold.id if hold else None
    tx.add(item)
    matter.alignment = Alignment.IN_COORDINATION
    visible = await _may_be_flagged(item, tx)
    publish(tx, item.requested(matter, visible=visible))


async def _may_be_flagged(item: Coordination, tx: Transaction) -> bool:
    """Only a suppression is on record here: nothing is told before somebody reads it (R-02)."""
    recipient = Recipient(item.owner, LIAISON, item.office)
    proposal = Proposal(item.site, item.participant_key, recipient, (ENGAGEMENT,), about=item.id)
    if isinstance(await cover(proposal, tx), Clearance):
        return True
    await disclose(proposal, tx)
    return False


async def withdraw(matter: Matter, tx: Transaction) -> None:
    for item in await repository.list_of_matter(tx, matter.id):
        if item.state == ItemState.OPEN:
            publish(tx, item.withdraw(tx.now))


async def keep_reply(event: CoordinationReplied, tx: Transaction) -> None:
    """An answer to an item that is not here any more is not kept."""
    if await repository.exists(tx, event.coordination_id):
        await repository.keep_reply(tx, CoordinationReply.of(event))


async def decide_item(cmd: DecideItem, tx: Transaction) -> Coordination:
    item = await repository.get_item(tx, cmd.by, cmd.item_id, to_change=True)
    key, office = item.participant_key, item.office
    if not await covered(proposals_to(cmd.by, item.site, key, about=item.id, office=office), tx):
        raise NoSuchItem
    if cmd.expected not in (None, item.version):
        raise PreconditionFailed
    closed = item.decide(cmd.word, cmd.by.sub, tx.now)
    if closed is not None:
        publish(tx, closed)
        matter = await ledger.lock_matter(tx, item.matter_id)
        if matter is not None:
            matter.alignment = cmd.word.alignment
    return item
