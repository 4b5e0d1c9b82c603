"""Load the file, decide, save, publish."""

from uuid import UUID

from casework.consents import repository as consents
from casework.participants import repository
from casework.participants.commands import AssignCaseManager, ChangeStatus, CompleteIntake, Edit
from casework.participants.domain import (
    Assignment,
    IntakeInterview,
    ParticipantFile,
    StatusChange,
    require_room,
)
from casework.settings import CaseloadPolicy, Policy
from shared.database import Transaction, publish


async def edit_file(edit: Edit, tx: Transaction) -> ParticipantFile:
    """The file, locked and at the version that the caller read."""
    file = await repository.get_file_to_edit(tx, edit.participant_key, edit.sites)
    file.edit(edit.expected)
    return file


async def assign_case_manager(
    cmd: AssignCaseManager, tx: Transaction, policy: Policy
) -> tuple[Assignment, int, CaseloadPolicy]:
    """Returns the assignment, how large the caseload is now, and the site's limits."""
    file = await edit_file(cmd.edit, tx)
    limits = policy.caseload_at(file.site)
    key = file.participant_key
    others = await repository.count_caseload(tx, file.site, cmd.case_manager, but=key)
    require_room(others, limits, overridden=bool(cmd.by_supervisor and cmd.override_reason))
    # Nobody is left without one: escalation must end with a human.
    standing = None if cmd.by_supervisor else file.supervisor
    assignment = Assignment(
        participant_key=key,
        case_manager=cmd.case_manager,
        backup=cmd.backup,
        supervisor=cmd.supervisor or standing or cmd.edit.by,
        assigned_by=cmd.edit.by,
        override_reason=cmd.override_reason if cmd.by_supervisor else None,
        assigned_at=tx.now,
    )
    await repository.add_assignment(tx, assignment)
    publish(tx, file.assign(assignment))
    return assignment, others + 1, limits


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
    await enroll_when_ready(file, tx)
    return file


async def enroll_when_ready(file: ParticipantFile, tx: Transaction) -> None:
    """Called by whatever may have completed the conditions."""
    consented = await consents.has_consent_in_force(tx, file.participant_key, file.site)
    if enrolled := file.enroll(tx.now, consented=consented):
        publish(tx, enrolled)


async def change_status(cmd: ChangeStatus, tx: Transaction) -> ParticipantFile:
    file = await edit_file(cmd.edit, tx)
    file.change_status(cmd.state, cmd.reason)
    tx.add(
        StatusChange(
            participant_key=file.participant_key,
            state=cmd.state,
            reason=cmd.reason,
            changed_by=cmd.edit.by,
            changed_at=tx.now,
        )
    )
    return file


async def enroll_by_consent(consent_id: UUID, tx: Transaction) -> None:
    """A release of information came into force on its day."""
    consent = await consents.find_consent(tx, consent_id)
    if consent is None:
        return
    sites = {consent.site}
    file = await repository.get_file_to_edit(tx, consent.participant_key, sites)
    await enroll_when_ready(file, tx)
