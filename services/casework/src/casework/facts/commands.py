"""What casework can be asked to do about what is known of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from casework.participants.commands import Edit
from shared.events import IdentifierPart


@dataclass(frozen=True, slots=True)
class CorrectPerson:
    """Replace the date of birth or the sex on file; None says that it is not known."""

    edit: Edit
    values: Mapping[str, date | str | None]
    reason: str


@dataclass(frozen=True, slots=True)
class AddNumber:
    """Keep a number under which a source system knows the person."""

    edit: Edit
    number: IdentifierPart
    reason: str


@dataclass(frozen=True, slots=True)
class RemoveNumber:
    """A number is not this person's: they are not found by it, and it is not learned again."""

    edit: Edit
    number_id: str
    reason: str
