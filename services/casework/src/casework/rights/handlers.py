"""Account for what was told and seen; erase, tell everybody, and collect their receipts."""

from typing import Any

from casework.consents import repository as consents
from casework.heard.repository import list_disclosures
from casework.matching.others import find_others
from casework.matching.repository import own_roster
from casework.participants.domain import ParticipantFile
from casework.participants.repository import end_assignment
from casework.rights import repository
from casework.rights.commands import EraseParticipant
from casework.rights.domain import Erasure, plainly
from casework.rights.errors import ErasedBefore, KeyNotRepeated
from shared.database import Transaction, publish
from shared.events import NotifierErased, ProsecutionErased, ReferralErased
from shared.forgetting import forget_history


async def account(file: ParticipantFile, tx: Transaction) -> dict[str, Any]:
    """R-05 and R-20: every disclosure, made or stopped, and everybody who looked."""
    disclosures = await list_disclosures(tx, file.participant_key)
    looks = await repository.list_looks(tx, file.participant_key)
    return {
        "disclosures": [dict(row) | {"at": row["occurred_at"]} for row in disclosures],
        "looks": [dict(row) | {"what": plainly(row["action"])} for row in looks],
    }


async def erase(cmd: EraseParticipant, tx: Transaction) -> Erasure:
    """Releases end first, so that nobody tells anything while the others still forget."""
    asked = await repository.get_file(tx, cmd.participant_key, cmd.sites)
    if asked.erased_at is not None:
        raise ErasedBefore
    if cmd.confirm != asked.participant_key:
        raise KeyNotRepeated
    await own_roster(tx, asked.site)
    theirs = await repository.list_files(tx, asked.participant_key)
    maybe = await find_others(tx, theirs)
    keys, records = set(theirs), 0
    for key in theirs:
        file = await repository.get_file(tx, key, {asked.site})
        keys |= set(await repository.list_keys(tx, key))
        await _close(file, cmd, tx)
    for key in theirs:
        records += await repository.destroy(tx, key, await repository.list_keys(tx, key))
    erasure = Erasure(
        participant_key=asked.participant_key, site=asked.site, keys=sorted(keys), files=theirs,
        maybe=maybe, reason=cmd.reason, requested_by=cmd.by, requested_at=tx.now, records=records,
    )  # fmt: skip
    tx.add(erasure)
    tx.concerns.update(theirs)
    publish(tx, *erasure.told())
    for each in erasure.keys:
        await forget_history(tx, asked.site, each)
    return erasure


async def _close(file: ParticipantFile, cmd: EraseParticipant, tx: Transaction) -> None:
    for consent in await consents.list_in_force(tx, file.participant_key, file.site):
        if revoked := consent.revoke(cmd.by, tx.now):
            publish(tx, revoked)
    await end_assignment(tx, file.participant_key)
    file.erase(tx.now)


async def keep_receipt(
    event: ReferralErased | ProsecutionErased | NotifierErased, tx: Transaction
) -> None:
    await repository.add_receipt(tx, event, event.records, event.erasure_id)
