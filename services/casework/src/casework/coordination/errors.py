"""Rules of coordination with the liaison prosecutor."""

from shared.errors import Conflict, Forbidden, NotFound


class NoSuchItem(NotFound):
    """There is no such coordination item at this caller's sites."""


class AlreadyAnswered(Conflict):
    """This item was answered before."""


class NothingLeftToAnswer(Conflict):
    """This item was decided or withdrawn by the prosecutor's office before it was answered."""


class NotYours(Forbidden):
    """The participant's case manager, their backup or a supervisor answers this item."""


class NotCovered(Conflict):
    """No release in force lets the liaison prosecutor be told all of this: leave out what `errors`
    names, say that there is nothing helpful to share, or speak with the participant first."""
