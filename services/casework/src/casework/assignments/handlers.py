"""Assign, offer a transfer, accept or decline it, and remember who can be reached."""

from collections.abc import Mapping
from dataclasses import dataclass

from casework.assignments import repository
from casework.assignments.commands import AssignCaseManager, DecideTransfer, OfferTransfer
from casework.assignments.domain import (
    Assignment,
    Transfer,
    TransferState,
    require_reachable,
    require_room,
)
from casework.assignments.errors import NoSuchStaff, NotAssigned, SameCaseManager, TransferOpen
from casework.participants.commands import Edit
from casework.participants.domain import ParticipantFile
from casework.participants.handlers import edit_file
from casework.policies.repository import find_version
from casework.settings import CaseloadPolicy, Policy
from casework.work import handlers as work
from casework.work.commands import CloseItems, OpenItem
from casework.work.domain import WorkKind
from shared.database import Transaction, publish
from shared.errors import FieldError
from shared.events import StaffNamed, StaffReachabilityChanged


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment, how large the caseload is now, the site's limits, and who is unknown."""

    assignment: Assignment
    caseload: int
    limits: CaseloadPolicy
    unknown: tuple[str, ...]


async def assign_case_manager(cmd: AssignCaseManager, tx: Transaction, policy: Policy) -> Assigned:
    file = await edit_file(cmd.edit, tx)
    named = {"/case_manager": cmd.case_manager, "/backup": cmd.backup}
    # Whoever signed in to do this is known to exist; the page names them as the supervisor.
    if cmd.supervisor != cmd.edit.by:
        named["/supervisor"] = cmd.supervisor
    await require_staff(tx, file.site, named)
    return await _assign(cmd, file, tx, policy)


async def _assign(
    cmd: AssignCaseManager, file: ParticipantFile, tx: Transaction, policy: Policy
) -> Assigned:
    limits, key = await limits_at(tx, file.site, policy), file.participant_key
    unknown = await _require_reachable(
        tx, file.site, (cmd.case_manager, cmd.backup, cmd.supervisor)
    )
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
    supervisor = assignment.supervisor or cmd.edit.by
    publish(tx, file.assign(assignment.case_manager, assignment.backup, supervisor, tx.now))
    return Assigned(assignment, others + 1, limits, unknown)


async def limits_at(tx: Transaction, site: str, policy: Policy) -> CaseloadPolicy:
    """The site's own version; the deployment's limits where the site has set nothing."""
    version = await find_version(tx, site)
    if version is None:
        return policy.caseload_at(site)
    own = version.policy
    return CaseloadPolicy(warn_at=own.caseload_warn_at, full_at=own.caseload_full_at)


async def _require_reachable(
    tx: Transaction, site: str, named: tuple[str | None, ...]
) -> tuple[str, ...]:
    """Returns those who may be unreachable for all that is known: warned of, not refused."""
    staff = [name for name in dict.fromkeys(named) if name]
    known = await repository.reachability(tx, site, staff)
    require_reachable([name for name in staff if not known.get(name, True)])
    return tuple(name for name in staff if name not in known)


async def require_staff(tx: Transaction, site: str, named: Mapping[str, str | None]) -> None:
    """Raises NoSuchStaff at each field whose login the site's staff does not have.

    A site whose staff the notifier has not told at all yet is not judged: a handoff must not wait.
    """
    staff = {member.sub for member in await repository.list_staff(tx, (site,))}
    hint = "Use the login of a member of this site's staff."
    faults = [
        FieldError(pointer, "no_such_staff", hint)
        for pointer, login in named.items()
        if login and login not in staff
    ]
    if staff and faults:
        raise NoSuchStaff(errors=tuple(faults))


async def offer_transfer(cmd: OfferTransfer, tx: Transaction) -> Transfer:
    file = await edit_file(cmd.edit, tx)
    key = file.participant_key
    if file.case_manager is None:
        raise NotAssigned
    if file.case_manager == cmd.to:
        raise SameCaseManager
    if await repository.find_open_transfer(tx, key):
        raise TransferOpen
    await require_staff(tx, file.site, {"/to": cmd.to, "/backup": cmd.backup})
    await _require_reachable(tx, file.site, (cmd.to, cmd.backup))
    transfer = Transfer(
        participant_key=key,
        site=file.site,
        from_case_manager=file.case_manager,
        to_case_manager=cmd.to,
        backup=cmd.backup,
        offered_by=cmd.edit.by,
        offered_at=tx.now,
    )
    tx.add(transfer)
    offered = OpenItem(
        file.site, key, WorkKind.TRANSFER_OFFERED, reference=str(transfer.id), assignee=cmd.to
    )
    await work.open_item(offered, tx)
    return transfer


async def decide_transfer(cmd: DecideTransfer, tx: Transaction, policy: Policy) -> Transfer:
    """The file first, as every change of it does; then the offer."""
    found = await repository.get_transfer(tx, cmd.transfer_id, cmd.sites)
    edit = Edit(found.participant_key, cmd.by, cmd.sites)
    file = await edit_file(edit, tx)
    await repository.lock_transfer(tx, found)
    found.decide(cmd.state, cmd.by, tx.now, supervises=cmd.by_supervisor)
    if cmd.state is TransferState.ACCEPTED:
        accepted = AssignCaseManager(
            edit=edit,
            case_manager=found.to_case_manager,
            backup=found.backup,
            supervisor=file.supervisor,
            override_reason=cmd.override_reason,
            by_supervisor=cmd.by_supervisor,
        )
        await _assign(accepted, file, tx, policy)
    done = CloseItems(
        file.participant_key, (WorkKind.TRANSFER_OFFERED,), cmd.by, reference=str(found.id)
    )
    await work.close_items(done, tx)
    return found


async def note_name(event: StaffNamed, tx: Transaction) -> None:
    await repository.note_name(tx, event)


async def note_reachability(event: StaffReachabilityChanged, tx: Transaction) -> None:
    await repository.note_reachability(tx, event)
