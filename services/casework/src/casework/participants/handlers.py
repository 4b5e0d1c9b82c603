"""Load the file, decide, save, publish."""

from datetime import datetime, timedelta
from uuid import UUID

from casework.consents import repository as consents
from casework.participants import repository
from casework.participants.commands import ChangeStatus, CompleteIntake, Edit
from casework.participants.domain import (
    ExitReason,
    IntakeInterview,
    ParticipantFile,
    State,
    StatusChange,
)
from casework.participants.errors import TransferNeedsConsent
from casework.policies.repository import policy_at
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import Outcome, WorkKind
from shared.database import Transaction, publish
from shared.timers import clear_timer, set_timer

INTAKE_DEADLINE = "intake-deadline"
INTAKE_ITEMS = (WorkKind.INTAKE_DUE, WorkKind.INTAKE_REVIEW)
TRANSFER = "transfer_of_care"


async def edit_file(edit: Edit, tx: Transaction) -> ParticipantFile:
    """The file, locked and at the version that the caller read."""
    file = await repository.get_file_to_edit(tx, edit.participant_key, edit.sites)
    file.edit(edit.expected)
    return file


async def start_intake_clock(file: ParticipantFile, referred_at: datetime, tx: Transaction) -> None:
    """Counted from the referral by the policy of that day, and then left alone."""
    policy = await policy_at(tx, file.site)
    file.intake_due_at = referred_at + timedelta(days=policy.intake_deadline_days)
    warning = file.intake_due_at - timedelta(days=policy.intake_warning_days)
    await set_timer(tx, INTAKE_DEADLINE, file.participant_key, warning)


async def remind_of_intake(participant_key: str, tx: Transaction) -> None:
    """A warning, then a review: the clock asks people to look and decides nothing (R-35)."""
    file = await repository.find_file_to_edit(tx, participant_key)
    if file is None or file.state == State.EXITED or file.intake_completed_at is not None:
        return
    due = file.intake_due_at
    passed = due is not None and due <= tx.now
    kind = WorkKind.INTAKE_REVIEW if passed else WorkKind.INTAKE_DUE
    await work.open_item(OpenItem(file.site, participant_key, kind, due), tx)
    if due is not None and not passed:
        await set_timer(tx, INTAKE_DEADLINE, participant_key, due)


async def complete_intake(cmd: CompleteIntake, tx: Transaction) -> ParticipantFile:
    file = await edit_file(cmd.edit, tx)
    intake = IntakeInterview(
        participant_key=file.participant_key,
        started_at=cmd.started_at,
        completed_at=cmd.completed_at,
        domains=list(cmd.domains),
        recorded_by=cmd.edit.by,
    )
    publish(tx, file.complete_intake(intake))
    tx.add(intake)
    await clear_timer(tx, INTAKE_DEADLINE, file.participant_key)
    await work.close_items(CloseItems(file.participant_key, INTAKE_ITEMS, cmd.edit.by), tx)
    await enroll_when_ready(file, tx)
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
