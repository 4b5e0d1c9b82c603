"""Undo an exit: the file, and all that the exit ended, goes on as before."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from casework.exits import repository
from casework.exits.commands import UndoExit
from casework.exits.domain import UNDONE_WITHIN, reopen
from casework.intake import repository as appointments
from casework.intake.handlers import APPOINTMENT, INTAKE_DEADLINE, OUTREACH
from casework.matching.learning import match_waiting
from casework.matching.repository import own_roster
from casework.participants import repository as files
from casework.participants.domain import ParticipantFile, State, StatusChange
from casework.plans.handlers import PLAN_REVIEW, review_due_at
from casework.plans.repository import find_current_plan
from casework.policies.repository import policy_at
from casework.settings import Policy
from shared.database import Transaction, publish
from shared.timers import set_timer


async def undo_exit(cmd: UndoExit, tx: Transaction, policy: Policy) -> ParticipantFile:
    """Within a day. Raises ExitStands, PreconditionFailed."""
    key, sites = cmd.edit.participant_key, cmd.edit.sites
    # The roster first, as everybody does who matches.
    await own_roster(tx, (await files.get_file(tx, key, sites)).site)
    file = await files.get_file_to_edit(tx, key, sites)
    changes = await repository.list_changes(tx, file.participant_key)
    left = next(iter(changes), None)
    before = changes[1] if len(changes) > 1 else None
    publish(tx, reopen(file, left, before, cmd.edit.expected, tx.now))
    assert left is not None  # noqa: S101 - `reopen` refuses without one
    tx.add(
        StatusChange(
            participant_key=file.participant_key,
            state=file.state,
            reason=file.reason,
            undone_because=cmd.reason,
            changed_by=cmd.edit.by,
            changed_at=tx.now,
        )
    )
    await tx.flush()
    await repository.reopen_all(tx, file.participant_key, left.changed_at)
    await _reinstate_consents(file, left.changed_at, tx)
    async for kind in _ran_out(file, left.changed_at, tx):
        await set_timer(tx, kind, file.participant_key, tx.now)
    # What was reported meanwhile found nobody.
    numbers = await repository.list_numbers(tx, file.participant_key)
    await match_waiting(tx, await files.get_person(tx, file.participant_key), numbers, policy)
    return file


async def undo_until(tx: Transaction, file: ParticipantFile) -> datetime | None:
    """Until when the file's exit can be undone; None without one, or when it stands."""
    if file.state != State.EXITED or file.erased_at is not None:
        return None
    left = next(iter(await repository.list_changes(tx, file.participant_key)), None)
    until = left.changed_at + UNDONE_WITHIN if left else tx.now
    return until if until > tx.now else None


async def _reinstate_consents(file: ParticipantFile, left_at: datetime, tx: Transaction) -> None:
    """Those that ended because somebody was said to have died, unless their last day has passed."""
    for consent in await repository.list_ended_consents(tx, file.participant_key, left_at):
        if (back := consent.reinstate(tx.now)) is not None:
            publish(tx, back)


async def _ran_out(file: ParticipantFile, left_at: datetime, tx: Transaction) -> AsyncIterator[str]:
    """The clocks that met a closed file, and asked nobody: they ask now."""
    policy = await policy_at(tx, file.site)
    warning = timedelta(days=policy.intake_warning_days)
    clocks = {OUTREACH: [file.outreach_due_at]}
    if file.intake_due_at and file.state == State.REFERRED:
        clocks[INTAKE_DEADLINE] = [file.intake_due_at - warning, file.intake_due_at]
    if standing := await appointments.find_standing(tx, file.participant_key):
        wait = timedelta(hours=policy.intake_appointment_hours)
        clocks[APPOINTMENT] = [standing.scheduled_for + wait]
    plan = await find_current_plan(tx, file.participant_key)
    if plan is not None:
        clocks[PLAN_REVIEW] = [await review_due_at(plan, file.site, tx)]
    for kind, times in clocks.items():
        if any(at is not None and left_at <= at <= tx.now for at in times):
            yield kind
