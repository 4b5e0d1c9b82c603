"""What the notifier can be asked to do with contact methods."""

from dataclasses import dataclass
from uuid import UUID

from notifier.contacts.domain import Channel
from notifier.policy import AlertClass
from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class PutMyMethods:
    """Be reached by these and no others, the preferred one first; codes go to what is new."""

    caller: Caller
    site: str
    wanted: tuple[tuple[Channel, str], ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """For one class: by which methods after how many minutes, and when the next person is asked."""

    alert_class: AlertClass
    ways: tuple[tuple[UUID, int], ...]
    next_person_after: int | None


@dataclass(frozen=True, slots=True)
class PutMyRules:
    """Be reached so; for a class that is not named, as everybody is."""

    caller: Caller
    site: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class VerifyMyMethod:
    """Show that the code arrived."""

    caller: Caller
    site: str
    method_id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class RotateMySecret:
    """Have a new signing secret for one's own webhook."""

    caller: Caller
    method_id: UUID
