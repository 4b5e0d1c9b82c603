"""What a hold refuses."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchHold(NotFound):
    """There is no such hold for this caller."""


class NotAProsecutor(Forbidden):
    """Only a prosecutor's person or system decides about a held charge."""


class HoldIsResolved(Conflict):
    """A prosecutor has resolved this hold already, in another way."""


class ExtensionNotPossible(Invalid):
    """The new deadline must be later than the present one and within the site's policy."""
