"""What casework can be asked to do about an exit."""

from dataclasses import dataclass

from casework.exits.domain import UndoReason
from casework.participants.commands import Edit


@dataclass(frozen=True, slots=True)
class UndoExit:
    """Take the exit of a participant back, with all that it ended."""

    edit: Edit
    reason: UndoReason
