"""Rules of encounters."""

from shared.errors import NotFound


class NoSuchEncounter(NotFound):
    """This participant has no such encounter."""
