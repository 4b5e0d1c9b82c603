"""What the notifier can be asked to do with contact methods."""

from dataclasses import dataclass
from uuid import UUID

from notifier.contacts.domain import Channel
from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class PutMyMethods:
    """Be reached by these and no others, the preferred one first; codes go to what is new."""

    caller: Caller
    site: str
    wanted: tuple[tuple[Channel, str], ...]


@dataclass(frozen=True, slots=True)
class VerifyMyMethod:
    """Show that the code arrived."""

    caller: Caller
    site: str
    method_id: UUID
    code: str
