"""Rules of the work group."""

from shared.errors import Conflict, NotFound


class NoSuchAction(NotFound):
    """There is no such action at this caller's sites."""


class ActionDone(Conflict):
    """This action was done before."""
