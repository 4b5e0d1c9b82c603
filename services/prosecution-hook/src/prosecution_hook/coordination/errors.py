"""What coordination refuses."""

from shared.errors import Conflict, Invalid, NotFound


class NoSuchItem(NotFound):
    """There is no such coordination item for this caller."""


class ItemIsClosed(Conflict):
    """This item was decided already, in another way, or withdrawn."""


class DecisionMissing(Invalid):
    """A referred or filed charge needs the prosecutor's decision."""
