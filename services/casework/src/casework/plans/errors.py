"""Rules of plans."""

from shared.errors import NotFound


class NoPlanYet(NotFound):
    """This participant has no plan yet."""
