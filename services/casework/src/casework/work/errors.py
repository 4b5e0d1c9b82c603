"""Rules of open items."""

from shared.errors import Conflict, NotFound


class NoSuchItem(NotFound):
    """There is no such item at this caller's sites."""


class ItemClosed(Conflict):
    """This item was closed before."""


class ClosedByActing(Conflict):
    """This item closes when what it asks for is done; it cannot be ticked off."""
