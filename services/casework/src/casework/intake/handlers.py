"""Go and see the person, set a time, hold the interview. Clocks ask people, and decide nothing."""

from datetime import datetime, timedelta

from casework.assignments.handlers import require_staff
from casework.intake import repository
from casework.intake.commands import CompleteIntake, ReleaseAppointment, ScheduleIntake
from casework.intake.domain import AppointmentState, IntakeAppointment
from casework.participants import repository as files
from casework.participants.domain import IntakeInterview, ParticipantFile, State
from casework.participants.handlers import edit_file, enroll_when_ready
from casework.policies.repository import policy_at
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import Outcome, WorkKind
from shared.database import Transaction, publish
from shared.events import HandoffCompleted, ReferralClosed, ReferralScreened
from shared.ids import new_id
from shared.timers import clear_timer, set_timer

OUTREACH = "outreach"
APPOINTMENT = "intake-appointment"
INTAKE_DEADLINE = "intake-deadline"
APPOINTMENT_ITEMS = (WorkKind.INTAKE_APPOINTMENT,)
INTAKE_ITEMS = (WorkKind.INTAKE_DUE, WorkKind.INTAKE_REVIEW, *APPOINTMENT_ITEMS)


async def await_outreach(event: ReferralScreened, tx: Transaction) -> None:
    """Somebody should go and see the person by the time that the site's criteria gave."""
    file = await files.find_file_of(tx, event.subject)
    if file is None or event.outreach_due_at is None:
        return
    if file.await_outreach(event.outreach_due_at, event.referral_id):
        await set_timer(tx, OUTREACH, file.participant_key, event.outreach_due_at)


async def remind_of_outreach(participant_key: str, tx: Transaction) -> None:
    """Nobody has reached out: the supervisor is asked, or whoever assigns."""
    file = await files.find_file_to_edit(tx, participant_key)
    if file is None or file.state == State.EXITED or file.outreach_at or not file.outreach_due_at:
        return
    ask = OpenItem(
        file.site, participant_key, WorkKind.OUTREACH_DUE, file.outreach_due_at,
        assignee=file.supervisor,
    )  # fmt: skip
    await work.open_item(ask, tx)


async def note_outreach(
    file: ParticipantFile, at: datetime, by: str, tx: Transaction, *, reached: bool
) -> None:
    """Called by whatever shows that somebody went to see the person."""
    if made := file.reach_out(at, reached=reached):
        publish(tx, made)
        await _stop_asking(file, by, Outcome.DONE, tx)


async def note_handoff(event: HandoffCompleted, tx: Transaction) -> None:
    """At the scene somebody met the person; referral knows, and need not be told."""
    file = await files.find_file_of(tx, event.subject)
    if file is not None and file.reach_out(event.completed_at, reached=True):
        await _stop_asking(file, "referral-desk", Outcome.DONE, tx)


async def note_closed(event: ReferralClosed, tx: Transaction) -> None:
    """The referral ended: nobody need go to see the person because of it."""
    file = await files.find_file_of(tx, event.subject)
    if file is not None and file.drop_outreach(event.referral_id):
        await _stop_asking(file, "referral-desk", Outcome.NOT_NEEDED, tx)


async def _stop_asking(file: ParticipantFile, by: str, how: Outcome, tx: Transaction) -> None:
    key = file.participant_key
    await clear_timer(tx, OUTREACH, key)
    await work.close_items(CloseItems(key, (WorkKind.OUTREACH_DUE,), by, how), tx)


async def start_intake_clock(file: ParticipantFile, referred_at: datetime, tx: Transaction) -> None:
    """Counted from the referral by the policy of that day, and then left alone."""
    policy = await policy_at(tx, file.site)
    file.intake_due_at = referred_at + timedelta(days=policy.intake_deadline_days)
    warning = file.intake_due_at - timedelta(days=policy.intake_warning_days)
    await set_timer(tx, INTAKE_DEADLINE, file.participant_key, warning)


async def remind_of_intake(participant_key: str, tx: Transaction) -> None:
    """A warning, then a review: the clock asks people to look and decides nothing (R-35)."""
    file = await files.find_file_to_edit(tx, participant_key)
    if file is None or file.state == State.EXITED or file.intake_completed_at is not None:
        return
    due = file.intake_due_at
    passed = due is not None and due <= tx.now
    kind = WorkKind.INTAKE_REVIEW if passed else WorkKind.INTAKE_DUE
    await work.open_item(OpenItem(file.site, participant_key, kind, due), tx)
    if due is not None and not passed:
        await set_timer(tx, INTAKE_DEADLINE, participant_key, due)


async def schedule_intake(cmd: ScheduleIntake, tx: Transaction) -> IntakeAppointment:
    """Whoever sets a time has spoken with the person: that is outreach too."""
    file = await edit_file(cmd.edit, tx)
    await require_staff(tx, file.site, {"/interviewer": cmd.interviewer})
    appointment_id = new_id()
    await note_outreach(file, tx.now, cmd.edit.by, tx, reached=True)
    publish(tx, file.schedule_intake(appointment_id, cmd.scheduled_for, tx.now))
    await _end_standing(file, AppointmentState.MOVED, cmd.edit.by, tx)
    appointment = IntakeAppointment(
        id=appointment_id,
        site=file.site,
        participant_key=file.participant_key,
        scheduled_for=cmd.scheduled_for,
        place=cmd.place,
        interviewer=cmd.interviewer or file.case_manager or cmd.edit.by,
        set_by=cmd.edit.by,
        set_at=tx.now,
    )
    tx.add(appointment)
    policy = await policy_at(tx, file.site)
    look_at = cmd.scheduled_for + timedelta(hours=policy.intake_appointment_hours)
    await set_timer(tx, APPOINTMENT, file.participant_key, look_at)
    return appointment


async def release_appointment(cmd: ReleaseAppointment, tx: Transaction) -> IntakeAppointment:
    """Back to outreach: another time can be set whenever the person likes."""
    file = await edit_file(cmd.edit, tx)
    key = file.participant_key
    appointment = await repository.get_appointment(tx, key, cmd.appointment_id)
    appointment.end(AppointmentState.NOT_HELD, cmd.edit.by, tx.now)
    file.intake_scheduled_for = None
    await clear_timer(tx, APPOINTMENT, key)
    await work.close_items(CloseItems(key, APPOINTMENT_ITEMS, cmd.edit.by), tx)
    return appointment


async def remind_of_appointment(participant_key: str, tx: Transaction) -> None:
    """Its time has passed: was the interview held, or is there to be another time?"""
    file = await files.find_file_to_edit(tx, participant_key)
    if file is None or file.state == State.EXITED or file.intake_completed_at is not None:
        return
    if appointment := await repository.find_standing(tx, participant_key):
        ask = OpenItem(
            file.site, participant_key, WorkKind.INTAKE_APPOINTMENT, appointment.scheduled_for,
            reference=str(appointment.id), assignee=appointment.interviewer,
        )  # fmt: skip
        await work.open_item(ask, tx)


async def complete_intake(cmd: CompleteIntake, tx: Transaction) -> ParticipantFile:
    file = await edit_file(cmd.edit, tx)
    intake = IntakeInterview(
        participant_key=file.participant_key,
        started_at=cmd.started_at,
        completed_at=cmd.completed_at,
        domains=list(cmd.domains),
        recorded_by=cmd.edit.by,
    )
    await note_outreach(file, cmd.completed_at, cmd.edit.by, tx, reached=True)
    publish(tx, file.complete_intake(intake))
    tx.add(intake)
    await _end_standing(file, AppointmentState.HELD, cmd.edit.by, tx)
    await clear_timer(tx, INTAKE_DEADLINE, file.participant_key)
    await work.close_items(CloseItems(file.participant_key, INTAKE_ITEMS, cmd.edit.by), tx)
    await enroll_when_ready(file, tx)
    return file


async def _end_standing(
    file: ParticipantFile, how: AppointmentState, by: str, tx: Transaction
) -> None:
    key = file.participant_key
    if standing := await repository.find_standing(tx, key):
        standing.end(how, by, tx.now)
        # The next one may stand only when this one does not any more.
        await tx.flush()
        await clear_timer(tx, APPOINTMENT, key)
        await work.close_items(CloseItems(key, APPOINTMENT_ITEMS, by), tx)
