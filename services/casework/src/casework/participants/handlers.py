"""Load the file, decide, save, publish."""

from uuid import UUID

from casework.consents import repository as consents
from casework.participants import repository
from casework.participants.commands import ChangeStatus, Edit
from casework.participants.domain import (
    ExitReason,
    ParticipantFile,
    State,
    StatusChange,
)
from casework.participants.errors import TransferNeedsConsent
from casework.work import handlers as work
from casework.work.commands import CloseItems
from casework.work.domain import Outcome, WorkKind
from shared.database import Transaction, publish

TRANSFER = "transfer_of_care"


async def edit_file(edit: Edit, tx: Transaction) -> ParticipantFile:
    """The file, locked and at the version that the caller read."""
    file = await repository.get_file_to_edit(tx, edit.participant_key, edit.sites)
    file.edit(edit.expected)
    return file


async def enroll_when_ready(file: ParticipantFile, tx: Transaction) -> None:
    """Called by whatever may have completed the conditions."""
    consented = await consents.has_consent_in_force(tx, file.participant_key, file.site)
    if enrolled := file.enroll(tx.now, consented=consented):
        publish(tx, enrolled)


async def change_status(cmd: ChangeStatus, tx: Transaction) -> ParticipantFile:
    file = await edit_file(cmd.edit, tx)
    if cmd.reason == ExitReason.TRANSFERRED:
        await _require_transfer_consent(file, cmd.consent_id, tx)
    changed = file.change_status(cmd.state, cmd.reason, tx.now)
    if changed is None:
        return file
    publish(tx, changed)
    tx.add(
        StatusChange(
            participant_key=file.participant_key,
            state=cmd.state,
            reason=cmd.reason,
            changed_by=cmd.edit.by,
            changed_at=tx.now,
        )
    )
    if cmd.state is State.EXITED:
        await _close(file, cmd, tx)
    return file


async def _require_transfer_consent(
    file: ParticipantFile, consent_id: UUID | None, tx: Transaction
) -> None:
    consent = await consents.find_consent(tx, consent_id) if consent_id else None
    held = consent is not None and consent.participant_key == file.participant_key
    if not (consent and held and consent.serves(TRANSFER, tx.now)):
        raise TransferNeedsConsent


async def _close(file: ParticipantFile, cmd: ChangeStatus, tx: Transaction) -> None:
    """Nobody is asked to do anything for somebody who left; timers find the file closed."""
    key, by = file.participant_key, cmd.edit.by
    await repository.end_assignment(tx, key)
    await repository.release_appointment(tx, key, by)
    await work.close_items(CloseItems(key, tuple(WorkKind), by, Outcome.NOT_NEEDED), tx)
    if cmd.reason == ExitReason.DECEASED:
        # Recorded by a person, like every revocation: nothing may be told in their name any more.
        for consent in await consents.list_in_force(tx, key, file.site):
            if revoked := consent.revoke(by, tx.now, "deceased"):
                publish(tx, revoked)


async def enroll_by_consent(consent_id: UUID, tx: Transaction) -> None:
    """A release of information came into force on its day."""
    consent = await consents.find_consent(tx, consent_id)
    if consent is None:
        return
    sites = {consent.site}
    file = await repository.get_file_to_edit(tx, consent.participant_key, sites)
    await enroll_when_ready(file, tx)
