"""Put right what is known of a person, keep what was, and match their reports anew."""

from datetime import date

from casework.facts import repository
from casework.facts.commands import AddNumber, CorrectPerson, RemoveNumber
from casework.facts.domain import Fact, PersonCorrection
from casework.facts.errors import NoSuchNumber, NothingToCorrect
from casework.matching import corrections
from casework.matching.identity import identifier_digest
from casework.matching.repository import add_numbers, own_roster
from casework.participants import repository as files
from casework.participants.commands import Edit
from casework.participants.domain import ParticipantFile
from casework.participants.handlers import edit_file
from casework.participants.person import Person
from casework.settings import Policy
from shared.database import Transaction

Corrected = tuple[ParticipantFile, list[PersonCorrection]]


async def correct_person(cmd: CorrectPerson, tx: Transaction, policy: Policy) -> Corrected:
    """Raises NothingToCorrect."""
    file, person = await _open(cmd.edit, tx)
    made = []
    for field, value in cmd.values.items():
        was = getattr(person, field)
        if was != value:
            setattr(person, field, value)
            made.append(_kept(cmd, Fact(field), _text(was), _text(value), tx))
    if not made:
        raise NothingToCorrect
    await corrections.rematch(tx, person, policy)
    return file, made


async def add_number(cmd: AddNumber, tx: Transaction, policy: Policy) -> Corrected:
    """Raises NothingToCorrect."""
    file, person = await _open(cmd.edit, tx)
    system = cmd.number.system.strip().casefold()
    number = identifier_digest(cmd.number, person.site, tx.ring.digest)
    if not await repository.allow_number(tx, person.participant_key, number):
        raise NothingToCorrect
    await add_numbers(tx, person, {number: system}, None)
    made = _kept(cmd, Fact.NUMBER, None, system, tx)
    await corrections.rematch(tx, person, policy)
    return file, [made]


async def remove_number(cmd: RemoveNumber, tx: Transaction, policy: Policy) -> Corrected:
    """Raises NoSuchNumber."""
    file, person = await _open(cmd.edit, tx)
    removed = await repository.remove_number(tx, person.participant_key, cmd.number_id)
    if removed is None:
        raise NoSuchNumber
    made = _kept(cmd, Fact.NUMBER, removed["system"] or "a system not on record", None, tx)
    await corrections.rematch(tx, person, policy)
    return file, [made]


async def _open(edit: Edit, tx: Transaction) -> tuple[ParticipantFile, Person]:
    """The roster before the file, as referrals take them."""
    site = (await files.get_file(tx, edit.participant_key, edit.sites)).site
    await own_roster(tx, site)
    return await edit_file(edit, tx), await files.get_person(tx, edit.participant_key)


def _kept(
    cmd: CorrectPerson | AddNumber | RemoveNumber,
    field: Fact,
    was: str | None,
    now: str | None,
    tx: Transaction,
) -> PersonCorrection:
    made = PersonCorrection(
        participant_key=cmd.edit.participant_key, field=field, old_value=was, new_value=now,
        reason=cmd.reason, corrected_by=cmd.edit.by, corrected_at=tx.now,
    )  # fmt: skip
    tx.add(made)
    return made


def _text(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
