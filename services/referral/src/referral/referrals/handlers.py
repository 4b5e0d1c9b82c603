"""How referral does what it is asked about referrals."""

from datetime import datetime, timedelta
from uuid import UUID

from referral.criteria.domain import Outcome
from referral.criteria.facts import Door
from referral.criteria.repository import CriteriaVersion, get_criteria, get_current
from referral.followers.handlers import tell_follower
from referral.handoffs.repository import find_handoff
from referral.referrals import records, repository
from referral.referrals.clocks import outreach_due_at
from referral.referrals.commands import (
    AdvanceReferral,
    AttachReferral,
    CloseReferral,
    DeclineReferral,
    DeskStep,
    EraseReferrals,
    NoteOutreach,
    ReferPerson,
    ScreenReferral,
    WithdrawReferral,
)
from referral.referrals.domain import Referral
from referral.referrals.errors import DoorClosed, ReferralContradicted, ReferralNotFound
from referral.referrals.screening import Grounds, Screening, weigh
from shared import outbox
from shared.callers import Caller
from shared.canonical import VERSION, canonical
from shared.database import Transaction, publish
from shared.errors import FieldError, PreconditionFailed
from shared.events import ParticipantReferred, ReferralErased
from shared.ids import new_id, new_participant_key

# The history is found by its own clock, the database's, which may differ a little from ours.
AROUND = timedelta(minutes=10)


async def refer_person(command: ReferPerson, tx: Transaction) -> tuple[Referral, bool]:
    """Returns the record's referral, and whether it is new. Raises ReferralContradicted."""
    digest = tx.ring.digest
    record = digest("referral", command.site, command.source_system, command.source_record_id)
    content = VERSION + digest("content", canonical(command))
    await repository.lock_record(tx, record)
    if known := await repository.find_by_record(tx, record):
        # Referrals that were taken before `shared/canonical.py` have a digest over another form.
        earlier = digest("content", records.content_of(command))
        if known.content_digest not in (content, earlier):
            raise ReferralContradicted
        return known, False
    criteria = await get_current(tx, command.site)
    if command.referral_type not in criteria.content.doors:
        hint = "The site takes no referrals through this door."
        raise DoorClosed(errors=(FieldError("/referral_type", "door_closed", hint),))
    referral_id = new_id()
    referral = Referral(
        id=referral_id,
        participant_key=new_participant_key(),
        site=command.site,
        source_system=command.source_system,
        record_digest=record,
        content_digest=content,
        agency_ori=command.referrer.agency_ori,
        referral_type=command.referral_type,
        criteria_version=criteria.version,
        sealed=records.seal_referral(command, str(referral_id), tx),
        occurred_at=command.occurred_at,
        received_at=tx.now,
    )
    tx.add(referral)
    publish(
        tx,
        referral.receive(
            command.person,
            command.charges,
            command.observed_needs,
            source_record_id=command.source_record_id,
        ),
    )
    return referral, True


async def get_referral(
    referral_id: UUID, by: Caller, tx: Transaction, *, to_change: bool = False
) -> Referral:
    """The referral, if it is this caller's to see. Raises ReferralNotFound."""
    referral = await repository.get_referral(tx, referral_id, to_change=to_change)
    own = referral.source_system in by.sources or (
        by.agency is not None and referral.agency_ori == by.agency
    )
    if referral.site not in by.sites or not (own or by.has("referral-desk")):
        raise ReferralNotFound
    return referral


async def get_for_step(step: DeskStep, tx: Transaction) -> Referral:
    """Locked for a change. Raises PreconditionFailed when it changed since it was read."""
    referral = await get_referral(step.referral_id, step.by, tx, to_change=True)
    if step.version not in (None, referral.version):
        raise PreconditionFailed
    return referral


async def screen_referral(command: ScreenReferral, tx: Transaction) -> Referral:
    """Rules propose, a person decides; both are kept, with the version of the rules (R-34)."""
    referral = await get_for_step(command, tx)
    criteria = await get_criteria(tx, referral.site, referral.criteria_version)
    facts = records.open_referral(referral, tx).facts()
    findings = {**await records.list_findings(referral, tx), **command.findings}
    screened = referral.screen(command.decision, tx.now, _outreach_due(referral, criteria, tx))
    proposal = weigh(criteria.content, facts, findings, command)
    grounds = Grounds(results=proposal.results, findings=findings, reason=command.reason)
    screening_id = new_id()
    tx.add(
        Screening(
            id=screening_id,
            referral_id=referral.id,
            criteria_version=criteria.version,
            proposed=proposal.outcome,
            outcome=command.decision,
            decided_by=command.by.sub,
            decided_at=tx.now,
            sealed=records.seal_grounds(grounds, str(screening_id), tx),
        )
    )
    publish(tx, screened)
    if command.decision is Outcome.REJECTED_BY_PROSECUTOR:
        publish(tx, referral.closed(command.decision, tx.now))
    return referral


def _outreach_due(
    referral: Referral, criteria: CriteriaVersion, tx: Transaction
) -> datetime | None:
    """Where no officer stands beside the person, somebody has to go and look for them."""
    if referral.referral_type == Door.ARREST_DIVERSION:
        return None
    days = criteria.content.outreach_business_days
    return outreach_due_at(referral.site, tx.now, days)


async def decline_referral(command: DeclineReferral, tx: Transaction) -> Referral:
    referral = await get_for_step(command, tx)
    publish(tx, referral.decline(command.declined_by, tx.now))
    await _tell_end(referral, tx)
    return referral


async def withdraw_referral(command: WithdrawReferral, tx: Transaction) -> Referral:
    referral = await get_referral(command.referral_id, command.by, tx, to_change=True)
    if closed := referral.withdraw(tx.now):
        publish(tx, closed)
    await _tell_end(referral, tx)
    return referral


async def close_referral(command: CloseReferral, tx: Transaction) -> Referral:
    referral = await get_for_step(command, tx)
    if closed := referral.close(command.reason, tx.now):
        publish(tx, closed)
    await _tell_end(referral, tx)
    return referral


async def _tell_end(referral: Referral, tx: Transaction) -> None:
    """Whoever waits beside the person for a handoff has to hear that nobody comes."""
    if handoff := await find_handoff(tx, referral.id):
        await tell_follower(referral, handoff, "ended", tx)


async def advance_referral(command: AdvanceReferral, tx: Transaction) -> None:
    """A key without a referral here is a person whose file was opened another way."""
    for referral in await repository.list_by_participant(tx, command.participant_key):
        referral.advance(command.state)


async def note_outreach(command: NoteOutreach, tx: Transaction) -> None:
    """The desk's clock stops; the agency sees nothing of it (R-10)."""
    for referral in await repository.list_by_participant(tx, command.participant_key):
        referral.note_outreach(command.made_at)


async def attach_referral(command: AttachReferral, tx: Transaction) -> None:
    """Search before create: the desk learns that the person looks known, and nobody else."""
    referral = await repository.find_referral(tx, command.referral_id)
    if referral is not None:
        referral.attach(command.participant_key, command.tier)


async def erase_referrals(command: EraseReferrals, tx: Transaction) -> None:
    """Rows and history alike; the answer says how many records there were."""
    found = await repository.list_by_participant(tx, command.participant_key)
    for referral in found:
        referral.erase(tx.now)
        span = (referral.received_at - AROUND, referral.received_at + AROUND)
        key = f"{referral.site}:{referral.participant_key}"
        await outbox.destroy(tx.raw, ParticipantReferred.type, key, span)
    await repository.delete_details(tx, [referral.id for referral in found])
    erased = ReferralErased(
        site=command.site,
        subject=command.participant_key,
        occurred_at=tx.now,
        erasure_id=command.erasure_id,
        records=len(found),
    )
    publish(tx, erased)
