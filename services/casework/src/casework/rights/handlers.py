"""Account for what was told and seen; erase, tell everybody, and collect their receipts."""

from typing import Any

from casework.consents import repository as consents
from casework.heard.repository import list_disclosures
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
    file = await repository.get_file(tx, cmd.participant_key, cmd.sites)
    if file.erased_at is not None:
        raise ErasedBefore
    if cmd.confirm != file.participant_key:
        raise KeyNotRepeated
    key, keys = file.participant_key, await repository.list_keys(tx, file.participant_key)
    for consent in await consents.list_in_force(tx, key, file.site):
        if revoked := consent.revoke(cmd.by, tx.now):
            publish(tx, revoked)
    await end_assignment(tx, key)
    file.erase(tx.now)
    erasure = Erasure(
        participant_key=key,
        site=file.site,
        keys=keys,
        reason=cmd.reason,
        requested_by=cmd.by,
        requested_at=tx.now,
        records=await repository.destroy(tx, key, keys),
    )
    tx.add(erasure)
    publish(tx, *erasure.told())
    for each in keys:
        await forget_history(tx, file.site, each)
    return erasure


async def keep_receipt(
    event: ReferralErased | ProsecutionErased | NotifierErased, tx: Transaction
) -> None:
    await repository.add_receipt(tx, event, event.records, event.erasure_id)
