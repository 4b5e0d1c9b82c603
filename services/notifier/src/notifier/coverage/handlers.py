"""How coverage is changed. Everything that changes it looks ahead again in the same transaction."""

import secrets

from notifier.coverage import repository
from notifier.coverage.commands import (
    AddAbsence,
    CancelAbsence,
    CancelSwap,
    EndRotation,
    LeaveNote,
    PutRotation,
    RenewDutyLink,
    SwapDuty,
)
from notifier.coverage.domain import Absence, DutyLink, DutySwap, HandoverNote, Rotation
from notifier.coverage.looking_ahead import begin_change, look_ahead
from notifier.errors import AbsenceOverlaps, OnlyTheirOwn, StaffNotFound
from notifier.staff.repository import list_colleagues
from shared.callers import Caller
from shared.database import Transaction
from shared.errors import PreconditionFailed
from shared.ids import new_id
from shared.sealing import DataClass


async def add_absence(command: AddAbsence, tx: Transaction) -> Absence:
    """Raises OnlyTheirOwn for a case manager who enters a colleague's; AbsenceOverlaps."""
    _own_or_supervisor(command.caller, command.sub)
    site = command.site
    await begin_change(site, tx)
    await _known(tx, site, command.sub, command.backup)
    others = await repository.list_absences(tx, [site], command.starts_at, command.ends_at)
    if any(absence.sub == command.sub for absence in others):
        raise AbsenceOverlaps
    absence = Absence(
        id=new_id(),
        site=site,
        sub=command.sub,
        backup=command.backup,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        created_by=command.caller.sub,
        created_at=tx.now,
    )
    tx.add(absence)
    if command.note:
        await leave_note(LeaveNote(command.caller, site, command.note), tx)
    await look_ahead(site, tx)
    return absence


async def cancel_absence(command: CancelAbsence, tx: Transaction) -> Absence:
    absence = await repository.get_absence(tx, command.absence_id, command.caller.sites)
    _own_or_supervisor(command.caller, absence.sub)
    absence.cancelled_at = tx.now
    await look_ahead(absence.site, tx)
    return absence


def _own_or_supervisor(caller: Caller, sub: str) -> None:
    if sub != caller.sub and not caller.has("supervisor"):
        raise OnlyTheirOwn


async def _known(tx: Transaction, site: str, *subs: str | None) -> None:
    """Raises StaffNotFound."""
    known = {staff.sub for staff in await list_colleagues(tx, [site])}
    if not known.issuperset(sub for sub in subs if sub is not None):
        raise StaffNotFound


async def put_rotation(command: PutRotation, tx: Transaction) -> Rotation:
    """Raises PreconditionFailed when somebody else changed it since it was read."""
    await begin_change(command.site, tx)
    await _known(tx, command.site, *command.members)
    before = await repository.find_rotation(tx, command.site, command.name)
    version = before.version if before else 0
    if command.expected not in (None, version):
        raise PreconditionFailed
    if before is not None:
        before.ended_at = tx.now
        await tx.flush()
    rotation = Rotation(
        id=new_id(),
        site=command.site,
        name=command.name,
        version=version + 1,
        members=list(command.members),
        starts_on=command.starts_on,
        changes_at=command.changes_at,
        days=command.days,
        created_by=command.caller.sub,
        created_at=tx.now,
    )
    tx.add(rotation)
    await look_ahead(command.site, tx)
    return rotation


async def end_rotation(command: EndRotation, tx: Transaction) -> None:
    await begin_change(command.site, tx)
    rotation = await repository.get_rotation(tx, command.site, command.name)
    rotation.ended_at = tx.now
    await repository.replace_duties(tx, command.site, command.name, [])
    await look_ahead(command.site, tx)


async def swap_duty(command: SwapDuty, tx: Transaction) -> DutySwap:
    await begin_change(command.site, tx)
    await repository.get_rotation(tx, command.site, command.rotation)
    await _known(tx, command.site, command.sub)
    swap = DutySwap(
        id=new_id(),
        site=command.site,
        rotation=command.rotation,
        sub=command.sub,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        created_by=command.caller.sub,
        created_at=tx.now,
    )
    tx.add(swap)
    await look_ahead(command.site, tx)
    return swap


async def cancel_swap(command: CancelSwap, tx: Transaction) -> DutySwap:
    swap = await repository.get_swap(tx, command.swap_id, command.caller.sites)
    swap.cancelled_at = tx.now
    await look_ahead(swap.site, tx)
    return swap


async def leave_note(command: LeaveNote, tx: Transaction) -> HandoverNote:
    note_id = new_id()
    note = HandoverNote(
        id=note_id,
        site=command.site,
        written_by=command.caller.sub,
        written_at=tx.now,
        sealed_text=tx.ring.seal(DataClass.CARE, str(note_id), command.text.encode()),
    )
    tx.add(note)
    return note


async def renew_duty_link(command: RenewDutyLink, tx: Transaction) -> str:
    """The new link's secret; it is shown once, and the old link leads nowhere any more."""
    await _known(tx, command.site, command.caller.sub)
    token = secrets.token_urlsafe(24)
    link = DutyLink(
        site=command.site,
        sub=command.caller.sub,
        digest=tx.ring.digest("duty-link", token),
        created_at=tx.now,
    )
    await tx.merge(link)
    return token
