"""What casework can be asked to do about names."""

from dataclasses import dataclass
from uuid import UUID

from casework.naming.domain import NameKind, Parts
from casework.participants.commands import Edit


@dataclass(frozen=True, slots=True)
class RecordName:
    """Keep one more name; a chosen or legal one takes the place of the one before."""

    edit: Edit
    kind: NameKind
    parts: Parts


@dataclass(frozen=True, slots=True)
class WithdrawName:
    """The participant does not go by this name any more."""

    edit: Edit
    name_id: UUID
