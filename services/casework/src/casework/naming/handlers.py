"""Keep a name, show it or not, and let matching know it."""

from casework.matching.identity import Identity
from casework.matching.learning import learn_of
from casework.matching.repository import own_roster
from casework.naming import repository
from casework.naming.commands import RecordName, WithdrawName
from casework.naming.domain import NameKind, Parts, PersonName, parts_of
from casework.naming.errors import TooManyNames
from casework.participants import repository as files
from casework.participants.domain import ParticipantFile
from casework.participants.handlers import edit_file
from casework.participants.person import Person
from casework.settings import Policy
from shared.database import Transaction

MOST_NAMES = 30


async def record_name(
    cmd: RecordName, tx: Transaction, policy: Policy
) -> tuple[ParticipantFile, PersonName]:
    """The roster before the file, as referrals take them: a report must not pass the name by."""
    key = cmd.edit.participant_key
    site = (await files.get_file(tx, key, cmd.edit.sites)).site
    await own_roster(tx, site)
    file = await edit_file(cmd.edit, tx)
    person = await files.get_person(tx, key)
    await _make_room(cmd, person, tx)
    name = _told(cmd, cmd.kind, cmd.parts, tx)
    name.take_up(person)
    await learn_of(tx, person, Identity(name.compared(person)), policy)
    return file, name


async def _make_room(cmd: RecordName, person: Person, tx: Transaction) -> None:
    """One legal and one chosen name at a time; what was on file before stays known."""
    known = await repository.list_names(tx, person.participant_key)
    if len(known) >= MOST_NAMES:
        raise TooManyNames
    if cmd.kind not in (NameKind.LEGAL, NameKind.CHOSEN):
        return
    earlier = [name for name in known if name.kind == cmd.kind]
    for name in earlier:
        name.end(person, tx.now)
    first_reported = parts_of(person)
    if cmd.kind is NameKind.LEGAL and not earlier and any(first_reported.values()):
        _told(cmd, NameKind.ALIAS, first_reported, tx)


def _told(cmd: RecordName, kind: NameKind, parts: Parts, tx: Transaction) -> PersonName:
    name = PersonName(
        participant_key=cmd.edit.participant_key,
        kind=kind,
        recorded_by=cmd.edit.by,
        recorded_at=tx.now,
        **parts,
    )
    tx.add(name)
    return name


async def withdraw_name(cmd: WithdrawName, tx: Transaction) -> ParticipantFile:
    file = await edit_file(cmd.edit, tx)
    name = await repository.get_name(tx, file.participant_key, cmd.name_id)
    name.end(await files.get_person(tx, file.participant_key), tx.now)
    return file
