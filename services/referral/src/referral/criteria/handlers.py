"""How criteria are drafted, tried out and published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from referral.criteria import repository
from referral.criteria.commands import DraftCriteria, PublishCriteria
from referral.criteria.domain import Outcome, Proposal, propose
from referral.criteria.errors import (
    CriteriaAlreadyPublished,
    CriteriaNotFound,
    CriteriaNotPreviewed,
    CriteriaVersionTaken,
)
from referral.criteria.kinds import Met
from referral.criteria.repository import CriteriaVersion
from referral.criteria.shipped import shipped
from referral.referrals import records
from referral.referrals.domain import Referral
from referral.referrals.repository import list_open_and_recent
from shared.database import Transaction

RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Shift:
    """One criterion that would come out differently; None where a version does not have it."""

    criterion: str
    was: Met | None
    would_be: Met | None


@dataclass(frozen=True, slots=True)
class Change:
    """One referral that would come out differently. Nothing was changed: it is a preview."""

    referral_id: UUID
    state: str
    criteria_version: str
    was: Outcome | None
    would_be: Outcome | None
    criteria: tuple[Shift, ...]


async def draft_criteria(command: DraftCriteria, tx: Transaction) -> CriteriaVersion:
    if shipped(command.version):
        raise CriteriaVersionTaken
    draft = CriteriaVersion(
        command.site, command.version, command.content, written_by=command.by, written_at=tx.now
    )
    await repository.add_criteria(tx, draft)
    return draft


async def preview_criteria(
    site: str, version: str, tx: Transaction
) -> tuple[int, Sequence[Change]]:
    """How many referrals were looked at, and which of them would change, and how."""
    new = await repository.get_criteria(tx, site, version)
    found = await list_open_and_recent(tx, site, tx.now - RECENT)
    changes = [await _change(referral, new, tx) for referral in found]
    await repository.note_preview(tx, site, version)
    return len(found), [change for change in changes if change is not None]


async def _change(referral: Referral, new: CriteriaVersion, tx: Transaction) -> Change | None:
    old = await repository.get_criteria(tx, referral.site, referral.criteria_version)
    facts = records.open_referral(referral, tx).facts()
    findings = await records.list_findings(referral, tx)
    was, would_be = propose(old.content, facts, findings), propose(new.content, facts, findings)
    shifts = _shifts(was, would_be)
    if was.outcome == would_be.outcome and not shifts:
        return None
    return Change(referral.id, referral.state, old.version, was.outcome, would_be.outcome, shifts)


def _shifts(was: Proposal, would_be: Proposal) -> tuple[Shift, ...]:
    before = {result.criterion: result.met for result in was.results}
    after = {result.criterion: result.met for result in would_be.results}
    return tuple(
        Shift(code, before.get(code), after.get(code))
        for code in dict.fromkeys((*before, *after))
        if before.get(code) != after.get(code)
    )


async def publish_criteria(command: PublishCriteria, tx: Transaction) -> CriteriaVersion:
    """Referrals that began under another version keep it (R-34)."""
    draft = await repository.get_criteria(tx, command.site, command.version)
    if draft.written_at is None:
        raise CriteriaNotFound
    if draft.published_at is not None:
        raise CriteriaAlreadyPublished
    if draft.previewed_at is None:
        raise CriteriaNotPreviewed
    if not await repository.publish_criteria(tx, command.site, command.version, command.by):
        raise CriteriaAlreadyPublished
    return await repository.get_criteria(tx, command.site, command.version)
